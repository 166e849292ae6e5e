import {
  beforeCreate,
  beforeDelete,
  beforeFinalize,
  beforeUpdateIn,
  beforeUpdateStatus,
  beforeUpdateSubresource,
  groupResource,
  type KindDefinition,
  type LifecycleContext,
  type Namespace,
  resourceName,
  withoutFinalizer,
} from '@berth/kinds';
import {
  alreadyExistsError,
  forbiddenError,
  generateNameConflictError,
  type KubeObject,
  notFoundError,
} from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import type { Action, NodeRoom, ReconcileKey } from '../reconciler.ts';
import { bindPod } from './bind-pod.ts';
import type { Overlay } from './overlay.ts';
import type { TurnLog } from './turn-log.ts';

/** What an action needs of its turn. */
export interface ApplyContext {
  readonly overlay: Overlay;
  readonly log: TurnLog;
  readonly lifecycleContext: LifecycleContext;
  /** As in `TurnInput`. */
  readonly distrustsReleases: boolean;
}

/** Actions that change objects or claims; events and timers are kept by the turn itself. */
export type ObjectAction = Exclude<Action, { type: 'event' } | { type: 'wakeAt' }>;

/** A name that `generateName` made is taken this often before the create fails, as in the API server. */
const generateNameAttempts = 8;

/**
 * Applies one action as the API would: the same defaults, validation and bookkeeping, with the effect in the overlay
 * and in the log. Two things are no error: an object that went away before its delete, bind or finalize, and a create
 * in a namespace that is going (a controller has nothing to do there).
 *
 * @throws {StatusError} what a request would have been refused with.
 */
export function applyAction(action: ObjectAction, context: ApplyContext): void {
  switch (action.type) {
    case 'create':
      create(action.object, context);
      return;
    case 'update':
    case 'updateStatus':
      update(action, context);
      return;
    case 'delete':
      remove(action, context);
      return;
    case 'finalize':
      finalize(action, context);
      return;
    case 'bind':
      bind(action, context);
      return;
    case 'claim':
      // Room that is short, or only seems to be there, is for those who cannot do without a claim.
      if (!context.distrustsReleases) claim(action.podUid, action.room, context);
      return;
    case 'release':
      release(action, context);
      return;
    default:
      action satisfies never;
  }
}

function create(object: KubeObject, context: ApplyContext): void {
  const { definition, key } = kindOf(object, context);
  const { overlay } = context;
  if (key.namespace && !acceptsObjects(overlay, key.namespace)) return;
  for (let attempt = 1; ; attempt++) {
    const mutation = beforeCreate(definition, object, context.lifecycleContext);
    const { name } = mutation.object.metadata;
    if (!overlay.get({ ...key, name })) {
      requireUsableNode(definition, mutation.object, overlay);
      context.log.append(definition, { ...key, name }, mutation);
      return;
    }
    if (object.metadata.name) throw alreadyExistsError(groupResource(definition), name);
    if (attempt === generateNameAttempts) throw generateNameConflictError(groupResource(definition), name);
  }
}

/** A controller's template may name a node, but only one that its cluster uses. */
function requireUsableNode(definition: KindDefinition, object: KubeObject, overlay: Overlay): void {
  const nodeName = definition.assignedNode?.(object);
  if (!nodeName || overlay.nodes().some(({ node }) => node.metadata.name === nodeName)) return;
  const { name } = object.metadata;
  const explanation = `node ${JSON.stringify(nodeName)} is none that the cluster may use`;
  throw forbiddenError(groupResource(definition), name, explanation);
}

function update(action: Extract<Action, { type: 'update' | 'updateStatus' }>, context: ApplyContext): void {
  const { definition, key } = kindOf(action.object, context);
  const current = context.overlay.get(key);
  if (!current) throw notFoundError(groupResource(definition), key.name);
  const mutation =
    action.type === 'update'
      ? beforeUpdateIn(definition, { current, desired: action.object }, context.lifecycleContext)
      : beforeUpdateStatus(definition, current, action.object);
  context.log.append(definition, key, mutation);
}

function remove(action: Extract<Action, { type: 'delete' }>, context: ApplyContext): void {
  const current = existing(action, context);
  if (!current) return;
  const { gracePeriodSeconds, propagationPolicy } = action;
  const options = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
  };
  const { definition } = kindOf(current, context);
  const { now } = context.lifecycleContext;
  context.log.append(definition, action.key, beforeDelete(definition, current, { options, now }));
}

function finalize(action: Extract<Action, { type: 'finalize' }>, context: ApplyContext): void {
  const current = existing(action, context);
  if (!current) return;
  const { definition } = kindOf(current, context);
  const mutation = definition.strategy.finalize
    ? beforeFinalize(definition, current, withoutFinalizer(current, action.finalizer))
    : beforeUpdateSubresource(definition, 'finalize', {
        current,
        desired: withoutSpecFinalizer(current, action.finalizer),
      });
  context.log.append(definition, action.key, mutation);
}

/** Only namespaces have finalizers in their spec. */
function withoutSpecFinalizer(namespace: Namespace, finalizer: string): KubeObject {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((name) => name !== finalizer);
  return { ...namespace, spec: { ...namespace.spec, finalizers } };
}

function bind(action: Extract<Action, { type: 'bind' }>, context: ApplyContext): void {
  const current = existing(action, context);
  if (!current) return;
  const { definition } = kindOf(current, context);
  context.log.append(definition, action.key, {
    effect: 'write',
    object: bindPod(current, action.room.node, context.lifecycleContext.now),
  });
  claim(action.uid, action.room, context);
}

function claim(podUid: string, room: NodeRoom, { log, overlay }: ApplyContext): void {
  if (log.claims.has(podUid)) return;
  log.claims.set(podUid, { podUid, ...room });
  overlay.claim(room, 1);
}

function release(action: Extract<Action, { type: 'release' }>, context: ApplyContext): void {
  if (context.log.releases.has(action.podUid)) return;
  context.log.releases.add(action.podUid);
  if (!context.distrustsReleases) context.overlay.claim(action.room, -1);
}

function existing(action: { key: ReconcileKey; uid: string }, context: ApplyContext): KubeObject | undefined {
  const current = context.overlay.get(action.key);
  return current?.metadata.uid === action.uid ? current : undefined;
}

function kindOf(
  object: KubeObject,
  context: ApplyContext,
): { definition: KindDefinition; key: ReconcileKey } {
  const served = context.overlay.registry.byGroupVersionKind(object.apiVersion, object.kind);
  if (!served) throw new Error(`no kind ${object.kind} of ${object.apiVersion} is served by this cluster`);
  const namespace = served.definition.scope === 'Namespaced' ? (object.metadata.namespace ?? '') : '';
  const resource = resourceName(served.definition);
  return { definition: served.definition, key: { resource, namespace, name: object.metadata.name } };
}
