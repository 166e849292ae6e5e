import type { NodeState } from '../node-state.ts';
import type { Resources } from '../resources.ts';
import type { Score } from './score.ts';

/** What a pod that requests nothing is reckoned with, as upstream does with its containers. */
const defaultCpuMillis = 100;
const defaultMemoryBytes = 200 * 1024 * 1024;

/**
 * 0 to 100: how much of the node stays free with the pod on it, over cpu, memory and the count of pods. Upstream does
 * not count pods here; it reckons pods that request nothing with a default instead, which claims do not hold.
 */
export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare: ({ requests }) => ({ score: (node) => points(requests, node) }),
};

function points(requests: Resources, { facts, claimed }: NodeState): number {
  const cpu = claimed.cpuMillis + (requests.cpuMillis || defaultCpuMillis);
  const memory = claimed.memoryBytes + (requests.memoryBytes || defaultMemoryBytes);
  const shares =
    freeShare(cpu, facts.allocatable.cpuMillis) +
    freeShare(memory, facts.allocatable.memoryBytes) +
    freeShare(claimed.pods + 1, facts.allocatablePods);
  return (shares * 100) / 3;
}

function freeShare(used: number, capacity: number): number {
  return capacity > used ? (capacity - used) / capacity : 0;
}
