import type { BaseView, ReconcileKey, ResourceObject } from '@berth/controllers';
import type { KindRegistry } from '@berth/kinds';
import type { KubeObject, TypeMeta } from '@berth/machinery';
import type { Replica, ReplicaObject } from '@berth/store';
import { storageTypeOf } from './storage-type.ts';

/** A replica as a turn reads it. */
export interface ReplicaView extends BaseView {
  readonly revision: number;
  /** The object if it is still the one of that revision. */
  at(key: ReconcileKey, revision: number): KubeObject | undefined;
}

/**
 * Shows a replica as complete objects of the storage version. Kinds that the registry does not have are left out. A replica
 * keeps an object's entry, and with it what was completed, until the object changes, so reconcilers that remember what they
 * derived from an object find it again in the next turn.
 */
export function viewReplica(replica: Replica, registry: KindRegistry): ReplicaView {
  const lists = new Map<string, readonly KubeObject[]>();
  const owned = new Map<string, readonly ResourceObject[]>();

  const list = (resource: string, namespace?: string): readonly KubeObject[] => {
    const listKey = namespace === undefined ? resource : `${resource}|${namespace}`;
    const known = lists.get(listKey);
    if (known) return known;
    const type = storageTypeOf(registry, resource);
    const objects = type
      ? replica.list(resource, namespace).map((entry) => complete(entry, type).object)
      : [];
    lists.set(listKey, objects);
    return objects;
  };
  const ownedBy = (ownerUid: string): readonly ResourceObject[] => {
    const known = owned.get(ownerUid);
    if (known) return known;
    const objects: ResourceObject[] = [];
    for (const entry of replica.ownedBy(ownerUid)) {
      const type = storageTypeOf(registry, entry.resource);
      if (type) objects.push(complete(entry, type));
    }
    owned.set(ownerUid, objects);
    return objects;
  };
  const find = (key: ReconcileKey, revision?: number): KubeObject | undefined => {
    const type = storageTypeOf(registry, key.resource);
    const entry = type && replica.get(key);
    if (!entry || (revision !== undefined && entry.revision !== revision)) return undefined;
    return complete(entry, type).object;
  };

  return {
    revision: replica.revision,
    get: (key) => find(key),
    at: (key, revision) => find(key, revision),
    list,
    ownedBy,
  };
}

function complete(entry: ReplicaObject, type: TypeMeta): ResourceObject {
  return entry.completed(({ resource, revision, object: { metadata, ...content } }) => ({
    resource,
    object: { ...type, ...content, metadata: { ...metadata, resourceVersion: String(revision) } },
  }));
}
