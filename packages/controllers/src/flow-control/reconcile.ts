import { autoUpdateAnnotation, type FlowSchema } from '@berth/kinds';
import { type KubeObject, semanticEqual, toTime } from '@berth/machinery';
import type { Action, ClusterView, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

const flowSchemas = 'flowschemas.flowcontrol.apiserver.k8s.io';
const priorityLevels = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';
/** The one whose spec holds a part that is the administrator's. */
const exemptLevel = 'exempt';

/**
 * Says of each FlowSchema whether its priority level exists, and keeps the objects that every cluster has.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#maintenance-of-the-mandatory-and-suggested-configuration-objects
 */
export const flowControlController: Reconciler = {
  name: 'flow-control-controller',
  keysOf: ({ resource, before, after }, view) => {
    const object = after ?? before;
    if (object === undefined) return [];
    if (resource === flowSchemas) return [keyOf(resource, object)];
    if (resource !== priorityLevels) return [];
    const { name } = object.metadata;
    const referring = view.list<FlowSchema>(flowSchemas).filter((schema) => levelOf(schema) === name);
    return [keyOf(resource, object), ...referring.map((schema) => keyOf(flowSchemas, schema))];
  },
  reconcile: (key, view, { now }): readonly Action[] => {
    const object = view.get(key);
    const kept = keptObject(key, view);
    if (object === undefined) return kept === undefined ? [] : [{ type: 'create', object: kept }];
    const update = kept === undefined ? [] : keepSpec(key, object, kept);
    if (update.length > 0 || key.resource !== flowSchemas) return update;
    return tellOfLevel(object as FlowSchema, view, now);
  },
};

/** What every cluster has under this key. */
function keptObject({ resource, name }: ReconcileKey, { registry }: ClusterView): KubeObject | undefined {
  const definition = registry.byResource(resource);
  return definition?.bootstrapObjects?.find(
    (object) => object.kind === definition.kind && object.metadata.name === name,
  );
}

function keepSpec(key: ReconcileKey, object: KubeObject, kept: KubeObject): readonly Action[] {
  const isLookedAfter = object.metadata.annotations?.[autoUpdateAnnotation] === 'true';
  if (!isLookedAfter || key.name === exemptLevel) return [];
  // Both kinds keep all that they say in their spec.
  const { spec } = kept as FlowSchema;
  if (semanticEqual((object as FlowSchema).spec, spec)) return [];
  return [{ type: 'update', object: { ...object, spec } as KubeObject }];
}

function tellOfLevel(schema: FlowSchema, view: ClusterView, now: Date): readonly Action[] {
  const level = levelOf(schema);
  const exists = view.get({ resource: priorityLevels, namespace: '', name: level }) !== undefined;
  const conditions = schema.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'Dangling');
  const status = exists ? 'False' : 'True';
  const told = exists ? 'and it exists' : 'but there is no such object';
  const condition = {
    type: 'Dangling',
    status,
    lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? toTime(now)) : toTime(now),
    reason: exists ? 'Found' : 'NotFound',
    message: `This FlowSchema references the PriorityLevelConfiguration object named "${level}" ${told}`,
  };
  if (semanticEqual(condition, before)) return [];
  const others = conditions.filter(({ type }) => type !== 'Dangling');
  const next = { ...schema, status: { ...schema.status, conditions: [...others, condition] } };
  return [{ type: 'updateStatus', object: next }];
}

function levelOf({ spec }: FlowSchema): string {
  return spec?.priorityLevelConfiguration.name ?? '';
}
