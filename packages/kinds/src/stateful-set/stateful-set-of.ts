import type { KubeObject } from '@berth/machinery';
import type { StatefulSet } from '../generated/api-types.ts';

export function statefulSetOf(object: KubeObject): StatefulSet {
  // The decoder has checked the types of all fields, and defaults have made the spec, which a KubeObject need not have.
  return object as StatefulSet;
}
