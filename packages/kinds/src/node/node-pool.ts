import type { LabelRequirement } from '@berth/machinery';

/** The label that says which pool of the fleet a node is in. A node without it is in none. */
const nodePoolLabel = 'platform.berth.dev/node-pool';

/**
 * What the labels of the nodes must meet that a cluster uses.
 *
 * @param pools the pools that it may use; undefined for every node
 */
export function nodePoolRequirements(pools: readonly string[] | undefined): readonly LabelRequirement[] {
  return pools === undefined ? [] : [{ key: nodePoolLabel, operator: 'in', values: pools }];
}
