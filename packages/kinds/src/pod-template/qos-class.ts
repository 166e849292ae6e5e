import { addQuantities, compareQuantities, formatQuantity } from '@berth/machinery';
import type { Container, PodSpec, PodStatus } from '../generated/api-types.ts';

const countedResources = ['cpu', 'memory'] as const;

/**
 * How readily a node gives a pod up: by what its containers request and limit of cpu and memory.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
 */
export function qosClass(spec: PodSpec): NonNullable<PodStatus['qosClass']> {
  const holders = spec.resources
    ? [{ resources: spec.resources }]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const requests = total(holders, 'requests');
  const limits = total(holders, 'limits');
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const isLimited = spec.resources
    ? !hasAmounts(spec.resources.limits) || limitsBoth(spec)
    : holders.every(limitsBoth);
  const areEqual = [...requests].every(([name, amount]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(amount, limit) === 0;
  });
  return isLimited && areEqual && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

type ResourceHolder = Pick<Container, 'resources'>;

function limitsBoth({ resources }: ResourceHolder): boolean {
  return countedResources.every((name) => isPositive(resources?.limits?.[name]));
}

function total(holders: readonly ResourceHolder[], kind: 'requests' | 'limits'): ReadonlyMap<string, string> {
  const amounts = new Map<string, string>();
  for (const { resources } of holders) {
    for (const name of countedResources) {
      const amount = resources?.[kind]?.[name];
      if (amount === undefined || !isPositive(amount)) continue;
      const other = amounts.get(name);
      amounts.set(name, other === undefined ? amount : formatQuantity(addQuantities(other, amount)));
    }
  }
  return amounts;
}

function isPositive(amount: string | undefined): boolean {
  return amount !== undefined && compareQuantities(amount, '0') > 0;
}

function hasAmounts(amounts: Record<string, string> | undefined): boolean {
  return Object.keys(amounts ?? {}).length > 0;
}
