import type { NodeState } from '../node-state.ts';
import type { Resources } from '../resources.ts';
import type { Filter, Rejection } from './filter.ts';

/** Room for one more pod, and for all that it requests. Every resource that lacks is named. */
export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  prepare: ({ requests }) => ({ check: (node) => missingRoom(requests, node) }),
};

/** An extended resource that a pod does not ask for never lacks. */
function missingRoom(requests: Resources, node: NodeState): Rejection | undefined {
  const { facts, claimed } = node;
  const { allocatable } = facts;
  const lacking: string[] = [];
  let unresolvable = false;
  const check = (resource: string, amount: { requested: number; used: number; capacity: number }): void => {
    if (amount.requested === 0 || amount.requested <= amount.capacity - amount.used) return;
    lacking.push(`Insufficient ${resource}`);
    if (amount.requested > amount.capacity) unresolvable = true;
  };

  if (claimed.pods + 1 > facts.allocatablePods) lacking.push('Too many pods');
  const { cpuMillis, memoryBytes } = requests;
  check('cpu', { requested: cpuMillis, used: claimed.cpuMillis, capacity: allocatable.cpuMillis });
  check('memory', { requested: memoryBytes, used: claimed.memoryBytes, capacity: allocatable.memoryBytes });
  for (const [resource, requested] of requests.others) {
    const capacity = allocatable.others.get(resource) ?? 0;
    check(resource, { requested, used: node.usedOf(resource), capacity });
  }
  return lacking.length > 0 ? { reasons: lacking, unresolvable } : undefined;
}
