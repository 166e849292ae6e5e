import type { Candidate, NodeFacts } from '../candidate.ts';
import type { PodNeeds } from '../pod-needs.ts';

/** What a container that requests nothing is reckoned with, as upstream does. */
const defaultCpuMillis = 100;
const defaultMemoryBytes = 200 * 1024 * 1024;

/**
 * 0 to 100: how much of the node stays free with the pod on it, over cpu, memory and the count of pods. Upstream does
 * not count pods here; it reckons pods that request nothing with a default instead, which claims do not hold.
 */
export function leastAllocated(
  needs: PodNeeds,
  node: { facts: NodeFacts; claimed: Candidate['claimed'] },
): number {
  const { facts, claimed } = node;
  const cpu = claimed.cpuMillis + (needs.requests.cpuMillis || defaultCpuMillis);
  const memory = claimed.memoryBytes + (needs.requests.memoryBytes || defaultMemoryBytes);
  const shares =
    freeShare(cpu, facts.allocatable.cpuMillis) +
    freeShare(memory, facts.allocatable.memoryBytes) +
    freeShare(claimed.pods + 1, facts.allocatablePods);
  return (shares * 100) / 3;
}

function freeShare(used: number, capacity: number): number {
  return capacity > used ? (capacity - used) / capacity : 0;
}
