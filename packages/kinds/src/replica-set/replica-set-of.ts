import type { KubeObject } from '@berth/machinery';
import type { ReplicaSet } from '../generated/api-types.ts';

export function replicaSetOf(object: KubeObject): ReplicaSet {
  // The decoder has checked the types of all fields.
  return object as ReplicaSet;
}
