import type { KubeObject } from '@berth/machinery';
import type { Service, ServiceSpec } from '../generated/api-types.ts';

export function serviceOf(object: KubeObject): Service {
  // The decoder has checked the types of all fields.
  return object;
}

export function serviceSpecOf(object: KubeObject): ServiceSpec {
  return serviceOf(object).spec ?? {};
}
