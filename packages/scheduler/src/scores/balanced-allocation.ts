import type { NodeState } from '../node-state.ts';
import type { Resources } from '../resources.ts';
import type { Score } from './score.ts';

/**
 * 0 to 100: how evenly cpu and memory of the node are used with the pod on it. A pod that requests neither would tell
 * nothing, as upstream holds it.
 */
export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare: ({ requests }) =>
    requests.cpuMillis === 0 && requests.memoryBytes === 0
      ? undefined
      : { score: (node) => points(requests, node) },
};

/** Of two shares the deviation from their mean is half of what lies between them. */
function points(requests: Resources, { facts, claimed }: NodeState): number {
  const cpu = usedShare(claimed.cpuMillis + requests.cpuMillis, facts.allocatable.cpuMillis);
  const memory = usedShare(claimed.memoryBytes + requests.memoryBytes, facts.allocatable.memoryBytes);
  return (1 - Math.abs(cpu - memory) / 2) * 100;
}

function usedShare(used: number, capacity: number): number {
  return capacity > 0 ? Math.min(1, used / capacity) : 1;
}
