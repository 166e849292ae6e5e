import { type Candidate, nodeFacts } from './candidate.ts';

/** Whether a claim of so much fits on the node. Other resources than these are not claimed. */
export function hasRoom(
  { node, claimed }: Candidate,
  { cpuMillis, memoryBytes }: { readonly cpuMillis: number; readonly memoryBytes: number },
): boolean {
  const { allocatable, allocatablePods } = nodeFacts(node);
  const fits = (wanted: number, used: number, all: number): boolean => wanted === 0 || used + wanted <= all;
  return (
    claimed.pods < allocatablePods &&
    fits(cpuMillis, claimed.cpuMillis, allocatable.cpuMillis) &&
    fits(memoryBytes, claimed.memoryBytes, allocatable.memoryBytes)
  );
}
