import type { KubeObject } from '@berth/machinery';
import type { ReplicaObject, StoredObject } from '@berth/store';
import type { ResourceScope } from '../route/resource-scope.ts';
import { decodeStored } from './versions.ts';

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
