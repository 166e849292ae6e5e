import { podRequests } from '../pod-requests.ts';
import type { Filter, FilterContext } from './filter.ts';

/** Room for one more pod, and for all that it requests. Every resource that lacks is named. */
export const nodeResourcesFit: Filter = (context) => {
  const { needs, facts, claimed } = context;
  const { allocatable } = facts;
  const { requests } = needs;
  const lacking: string[] = [];
  let unresolvable = false;

  const check = (resource: string, amount: { requested: number; used: number; capacity: number }): void => {
    if (amount.requested === 0 || amount.requested <= amount.capacity - amount.used) return;
    lacking.push(`Insufficient ${resource}`);
    if (amount.requested > amount.capacity) unresolvable = true;
  };

  if (claimed.pods + 1 > facts.allocatablePods) lacking.push('Too many pods');
  check('cpu', { requested: requests.cpuMillis, used: claimed.cpuMillis, capacity: allocatable.cpuMillis });
  check('memory', {
    requested: requests.memoryBytes,
    used: claimed.memoryBytes,
    capacity: allocatable.memoryBytes,
  });
  for (const [resource, requested] of requests.others) {
    const capacity = allocatable.others.get(resource) ?? 0;
    check(resource, { requested, used: used(resource, context), capacity });
  }
  return lacking.length > 0 ? { reasons: lacking, unresolvable } : undefined;
};

/** Claims count cpu, memory and pods over all clusters; other resources are counted over the pods of this one. */
function used(resource: string, { facts, assigned }: FilterContext): number {
  let sum = 0;
  for (const pod of assigned().get(facts.name) ?? []) sum += podRequests(pod).others.get(resource) ?? 0;
  return sum;
}
