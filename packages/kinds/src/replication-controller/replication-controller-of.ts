import type { KubeObject } from '@berth/machinery';
import type { LabelSelector, ReplicationController } from '../generated/api-types.ts';

export function replicationControllerOf(object: KubeObject): ReplicationController {
  // The decoder has checked the types of all fields.
  return object as ReplicationController;
}

/** The selector in the form that other kinds have; undefined for none. */
export function replicationControllerSelector(object: KubeObject): LabelSelector | undefined {
  const { selector = {} } = replicationControllerOf(object).spec ?? {};
  return Object.keys(selector).length > 0 ? { matchLabels: selector } : undefined;
}
