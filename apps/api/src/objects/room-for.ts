import { assignmentRoom, defaultServiceNetwork, type LifecycleContext } from '@berth/kinds';
import type { ResourceRequest } from '../route/resource-request.ts';

/** As often a write is made anew whose addresses or ports somebody else took at the same time. */
export const assignmentAttempts = 8;

/**
 * What the cluster has left for objects of this kind, as of now.
 *
 * @param refused values that a commit found taken since
 */
export async function roomFor(
  { deps, scope }: ResourceRequest,
  refused: readonly string[] = [],
): Promise<Pick<LifecycleContext, 'room'>> {
  if (scope.definition.assign === undefined) return {};
  const taken = [...(await scope.cluster.heldValues()), ...refused];
  return { room: assignmentRoom(deps.serviceNetwork ?? defaultServiceNetwork, { taken }) };
}
