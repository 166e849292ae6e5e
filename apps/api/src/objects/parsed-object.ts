import type { KubeObject } from '@berth/machinery';
import type { ReplicaObject, StoredContent, StoredObject } from '@berth/store';
import type { ResourceScope } from '../route/resource-scope.ts';
import { decodeStored } from './versions.ts';

/**
 * A stored object parsed for a look at it: in the storage version, without its `resourceVersion`. Made without a copy where
 * a replica keeps it parsed; it must not be changed.
 */
export function glimpse(scope: ResourceScope, stored: StoredObject | ReplicaObject): KubeObject {
  const content: StoredContent = 'object' in stored ? stored.object : JSON.parse(stored.body);
  return { ...scope.storageTypeMeta, ...content };
}

/** A stored object parsed, in the storage version. Replicas keep theirs parsed; it must not be changed. */
export function parsedObject(scope: ResourceScope, stored: StoredObject | ReplicaObject): KubeObject {
  if (!('object' in stored)) return decodeStored(scope, stored);
  const { object } = stored;
  return {
    ...scope.storageTypeMeta,
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(stored.revision) },
  };
}
