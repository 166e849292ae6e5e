import { addQuantities, compareQuantities, formatQuantity } from '@berth/machinery';
import type { Container, PodSpec } from '../generated/api-types.ts';
import { isSidecar } from './containers-of.ts';

/** Amounts by resource. */
export type ResourceAmounts = Readonly<Record<string, string>>;

/**
 * What a pod's containers need together: regular ones and sidecars at the same time, init containers one after the
 * other beside the sidecars that came before them.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function totalOfContainers(spec: PodSpec, kind: 'requests' | 'limits'): ResourceAmounts {
  const amountsOf = (container: Container) => container.resources?.[kind] ?? {};
  let running: ResourceAmounts = {};
  for (const container of spec.containers ?? []) running = sum(running, amountsOf(container));
  let sidecars: ResourceAmounts = {};
  let starting: ResourceAmounts = {};
  for (const container of spec.initContainers ?? []) {
    const together = sum(sidecars, amountsOf(container));
    starting = largest(starting, together);
    if (!isSidecar(container)) continue;
    sidecars = together;
    running = sum(running, amountsOf(container));
  }
  return largest(running, starting);
}

function sum(left: ResourceAmounts, right: ResourceAmounts): ResourceAmounts {
  const total: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    const other = total[name];
    total[name] = other === undefined ? amount : formatQuantity(addQuantities(other, amount));
  }
  return total;
}

function largest(left: ResourceAmounts, right: ResourceAmounts): ResourceAmounts {
  const result: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    const other = result[name];
    if (other === undefined || compareQuantities(amount, other) > 0) result[name] = amount;
  }
  return result;
}
