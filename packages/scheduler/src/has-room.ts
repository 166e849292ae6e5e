import { type Candidate, nodeFacts } from './candidate.ts';
import type { PodRoom } from './claimed-room.ts';
import { hostPortsCollide } from './host-port.ts';

/** Whether a claim of so much fits on the node. */
export function hasRoom({ node, claimed }: Candidate, room: PodRoom): boolean {
  const { allocatable, allocatablePods } = nodeFacts(node);
  const fits = (wanted: number, used: number, all: number): boolean => wanted === 0 || used + wanted <= all;
  return (
    claimed.pods < allocatablePods &&
    fits(room.cpuMillis, claimed.cpuMillis, allocatable.cpuMillis) &&
    fits(room.memoryBytes, claimed.memoryBytes, allocatable.memoryBytes) &&
    Object.entries(room.others ?? {}).every(([resource, amount]) =>
      fits(amount, claimed.others?.[resource] ?? 0, allocatable.others.get(resource) ?? 0),
    ) &&
    !room.hostPorts?.some((wanted) => claimed.hostPorts?.some((taken) => hostPortsCollide(wanted, taken)))
  );
}
