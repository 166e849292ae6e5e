import type { KubeObject } from '@berth/machinery';
import type { Deployment } from '../generated/api-types.ts';

export function deploymentOf(object: KubeObject): Deployment {
  // The decoder has checked the types of all fields.
  return object as Deployment;
}
