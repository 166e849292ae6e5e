import type { KubeObject, ObjectUsage, QuotaRule } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { resourceName } from '../registry/resource-name.ts';

/** What the store indexes of an object, in the shape of its `Write`. */
export interface WriteAttributes {
  readonly resource: string;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** True once `metadata.deletionTimestamp` is set. */
  readonly terminating: boolean;
  /** The node whose agent must hear of the object. */
  readonly node?: string;
  /** Absent for objects that are only counted. */
  readonly usage?: ObjectUsage;
  /** For objects that limit the usage of their namespace. */
  readonly quota?: QuotaRule;
  /** The object that must exist and not terminate when this one is created: its namespace. */
  readonly within?: { readonly resource: string; readonly namespace: string; readonly name: string };
}

/** The attributes under which `object` is stored. It must have passed `beforeCreate`. */
export function writeAttributes(kind: KindDefinition, object: KubeObject): WriteAttributes {
  const { namespace = '', name, uid = '', deletionTimestamp } = object.metadata;
  const node = kind.assignedNode?.(object);
  return {
    resource: resourceName(kind),
    namespace,
    name,
    uid,
    terminating: deletionTimestamp !== undefined,
    ...(node && { node }),
    ...(kind.usage && { usage: kind.usage(object) }),
    ...(kind.quota && { quota: kind.quota(object) }),
    ...(kind.scope === 'Namespaced' && {
      within: { resource: 'namespaces', namespace: '', name: namespace },
    }),
  };
}
