import type { ClusterSpec, PlanSpec } from '@berth/kinds';

/**
 * The pools of the fleet whose nodes a cluster uses: the one that it names, if its tenant's plan has it, else all that the plan
 * has.
 *
 * @returns undefined for every node of the fleet, whatever its pool
 */
export function nodePoolsOf(
  { nodePool, ownNodes }: Pick<ClusterSpec, 'nodePool' | 'ownNodes'>,
  { nodePools = [] }: Pick<PlanSpec, 'nodePools'>,
): readonly string[] | undefined {
  if (ownNodes) return [];
  const isLimited = nodePools.length > 0;
  if (!nodePool) return isLimited ? [...nodePools].sort() : undefined;
  return isLimited && !nodePools.includes(nodePool) ? [] : [nodePool];
}
