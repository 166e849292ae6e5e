import type { Container, ResourceFieldSelector } from '@berth/kinds';
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
  return String(Math.ceil(toNumber(amount) / toNumber(divisor)));
}

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function toNumber(quantity: string): number {
  const [, digits = '0', suffix = ''] =
    /^([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(digits) * (factors[suffix] ?? 1);
}
