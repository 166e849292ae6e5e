import type { KubeObject } from '@berth/machinery';
import type { CronJob } from '../generated/api-types.ts';

export function cronJobOf(object: KubeObject): CronJob {
  // The decoder has checked the types of all fields, and defaults have made the spec, which a KubeObject need not have.
  return object as CronJob;
}
