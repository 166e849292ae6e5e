import type { KubeObject } from '@berth/machinery';
import type { DaemonSet } from '../generated/api-types.ts';

export function daemonSetOf(object: KubeObject): DaemonSet {
  // The decoder has checked the types of all fields, and defaults have made the spec, which a KubeObject need not have.
  return object as DaemonSet;
}
