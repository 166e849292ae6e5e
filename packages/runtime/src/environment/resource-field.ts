import type { Container, ResourceFieldSelector } from '@berth/kinds';
import { parseQuantity } from '@berth/machinery';
import { ConfigError } from './config-error.ts';

/** What a node has, as quantities: the value of a limit that a container does not set. */
export type NodeAllocatable = Readonly<Record<string, string>>;

/**
 * The value of a downward API `resourceFieldRef`: a whole number of divisors, rounded up. A limit that is not set is the
 * node's allocatable amount; a request that is not set is 0.
 * https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-resourceFieldRef
 *
 * @throws ConfigError for a resource that is not offered.
 */
export function resourceField(
  selector: ResourceFieldSelector,
  container: Container,
  allocatable: NodeAllocatable,
): string {
  const [kind, name, ...more] = selector.resource.split('.');
  if ((kind !== 'limits' && kind !== 'requests') || name === undefined || more.length > 0) {
    throw new ConfigError(`unsupported container resource : ${selector.resource}`);
  }
  const own = container.resources?.[kind]?.[name];
  const amount = own ?? (kind === 'limits' ? allocatable[name] : undefined) ?? '0';
  const divisor = selector.divisor === undefined || selector.divisor === '0' ? '1' : selector.divisor;
  const [numerator, denominator] = [parseQuantity(amount).nanos, parseQuantity(divisor).nanos];
  return String((numerator + denominator - 1n) / denominator);
}
