import {
  type FieldError,
  invalid,
  invalidError,
  type KubeObject,
  type ManagedFieldsEntry,
  modifiedError,
  nameIsPathSegment,
  path,
  semanticEqual,
  updateUidConflictError,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '@berth/machinery';
import type { KindDefinition, UpdateStrategy } from '../kind-definition.ts';
import { groupKind, groupResource } from '../registry/resource-name.ts';
import { assigned } from './assignment-room.ts';
import { withMetadata } from './metadata.ts';
import type { LifecycleContext, Mutation } from './mutation.ts';

/**
 * What an update of the main resource makes of the current object. Does not compare resource versions:
 * see {@link checkUpdatePreconditions}.
 *
 * @throws StatusError `Invalid`
 */
export function beforeUpdate(kind: KindDefinition, current: KubeObject, desired: KubeObject): Mutation {
  return beforeUpdateIn(kind, { current, desired }, {});
}

/** The same where objects can be given something. @throws StatusError `Invalid` */
export function beforeUpdateIn(
  kind: KindDefinition,
  { current, desired }: { readonly current: KubeObject; readonly desired: KubeObject },
  context: Pick<LifecycleContext, 'room'>,
): Mutation {
  const made = prepare({ kind, strategy: kind.strategy, current, desired });
  const prepared = assigned(kind, { object: made, current }, context);
  const generation = current.metadata.generation ?? 0;
  const next = countsInGeneration(kind, prepared, current)
    ? withMetadata(prepared, { generation: generation + 1 })
    : prepared;
  return finish({ kind, strategy: kind.strategy, current, next });
}

/** What an update of the `status` subresource makes of the current object. @throws StatusError `Invalid` */
export function beforeUpdateStatus(kind: KindDefinition, current: KubeObject, desired: KubeObject): Mutation {
  const { status } = kind.strategy;
  if (!status) throw new Error(`${kind.kind} has no status subresource`);
  return updateSubresource({ kind, strategy: status, current, desired });
}

/** What an update of a subresource that the kind names in `strategy.subresources` makes of the current object. */
export function beforeUpdateSubresource(
  kind: KindDefinition,
  subresource: string,
  update: { readonly current: KubeObject; readonly desired: KubeObject },
): Mutation {
  const strategy = kind.strategy.subresources?.[subresource];
  if (!strategy) throw new Error(`${kind.kind} has no subresource ${subresource} that can be updated`);
  return updateSubresource({ kind, strategy, ...update });
}

/** What taking off a finalizer makes of the current object, where no update by a client can. @throws StatusError `Invalid` */
export function beforeFinalize(kind: KindDefinition, current: KubeObject, desired: KubeObject): Mutation {
  const { finalize } = kind.strategy;
  if (!finalize) throw new Error(`${kind.kind} has no finalizer of its own`);
  return updateSubresource({ kind, strategy: finalize, current, desired });
}

/**
 * Whether an update was made from the object that is stored now.
 *
 * @throws StatusError `Conflict` if `resourceVersion` or `uid` of `desired` are another object's, `Invalid` if the
 *   kind requires a `resourceVersion` and there is none.
 */
export function checkUpdatePreconditions(
  kind: KindDefinition,
  current: KubeObject,
  desired: KubeObject,
): void {
  const resource = groupResource(kind);
  const { name } = current.metadata;
  const { resourceVersion, uid } = desired.metadata;
  if (uid && uid !== current.metadata.uid) {
    throw updateUidConflictError(resource, name, { required: uid, stored: current.metadata.uid ?? '' });
  }
  if (!resourceVersion || resourceVersion === '0') {
    if (!kind.requiresResourceVersion) return;
    const error = invalid(path('metadata', 'resourceVersion'), 0, 'must be specified for an update');
    throw invalidError({ group: resource.group, kind: resource.resource }, name, [error]);
  }
  if (resourceVersion !== current.metadata.resourceVersion) throw modifiedError(resource, name);
}

interface Update {
  readonly kind: KindDefinition;
  readonly strategy: UpdateStrategy;
  readonly current: KubeObject;
  readonly desired: KubeObject;
}

function updateSubresource(update: Update): Mutation {
  return finish({ ...update, next: prepare(update) });
}

/** Carries over what no update changes; then what this kind's does not. */
function prepare({ kind, strategy, current, desired }: Update): KubeObject {
  const stored = current.metadata;
  const asked = desired.metadata;
  const carried = withMetadata(kind.strategy.applyDefaults(desired), {
    uid: asked.uid || stored.uid,
    resourceVersion: stored.resourceVersion,
    generation: stored.generation,
    creationTimestamp: stored.creationTimestamp ?? asked.creationTimestamp,
    deletionTimestamp: stored.deletionTimestamp ?? asked.deletionTimestamp,
    deletionGracePeriodSeconds: asked.deletionGracePeriodSeconds ?? stored.deletionGracePeriodSeconds,
    selfLink: undefined,
  });
  return strategy.prepareForUpdate(carried, current);
}

function finish(update: Omit<Update, 'desired'> & { readonly next: KubeObject }): Mutation {
  const { kind, strategy, current, next } = update;
  const errors: FieldError[] = [
    ...validateObjectMeta(next.metadata, {
      namespaced: kind.scope === 'Namespaced',
      nameRule: nameIsPathSegment,
    }),
    // Objects that were never stored have no version yet: a turn updates what it has just created.
    ...validateObjectMetaUpdate({ resourceVersion: 'unstored', ...next.metadata }, current.metadata),
    ...strategy.validateUpdate(next, current),
  ];
  if (errors.length > 0) throw invalidError(groupKind(kind), current.metadata.name, errors);

  if (isFinalized(kind, next, current)) return { effect: 'remove', object: next };
  if (sameButForManagedTimes(next, current)) return { effect: 'unchanged', object: current };
  return { effect: 'write', object: next };
}

/** A terminating object goes with its last finalizer, unless its grace still runs. */
function isFinalized(kind: KindDefinition, next: KubeObject, current: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  if (deletionTimestamp === undefined || (next.metadata.finalizers ?? []).length > 0) return false;
  if ((kind.strategy.ownFinalizers?.(next) ?? []).length > 0) return false;
  return deletionGracePeriodSeconds === undefined || deletionGracePeriodSeconds === 0;
}

function countsInGeneration(kind: KindDefinition, next: KubeObject, current: KubeObject): boolean {
  if (!kind.hasGeneration) return false;
  if (!sameSpec(next, current)) return true;
  if (!kind.generationCountsAnnotations) return false;
  return !semanticEqual(next.metadata.annotations, current.metadata.annotations);
}

function sameSpec(next: KubeObject, current: KubeObject): boolean {
  const { metadata: _nextMetadata, status: _nextStatus, ...nextSpec } = next;
  const { metadata: _metadata, status: _status, ...spec } = current;
  return semanticEqual(nextSpec, spec);
}

function sameButForManagedTimes(next: KubeObject, current: KubeObject): boolean {
  return semanticEqual(withoutManagedTimes(next), withoutManagedTimes(current));
}

function withoutManagedTimes(object: KubeObject): KubeObject {
  const { managedFields } = object.metadata;
  return managedFields ? withMetadata(object, { managedFields: managedFields.map(withoutTime) }) : object;
}

function withoutTime({ time: _time, ...entry }: ManagedFieldsEntry): ManagedFieldsEntry {
  return entry;
}
