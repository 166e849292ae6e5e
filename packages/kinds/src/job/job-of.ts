import type { KubeObject } from '@berth/machinery';
import type { Job } from '../generated/api-types.ts';

export function jobOf(object: KubeObject): Job {
  // The decoder has checked the types of all fields, and defaults have made the spec, which a KubeObject need not have.
  return object as Job;
}
