import { addQuantities, formatQuantity } from '@berth/machinery';
import type { PodSpec } from '../generated/api-types.ts';
import { isHugePages } from './resource-names.ts';
import { type ResourceAmounts, totalOfContainers } from './resource-totals.ts';

/**
 * What a whole pod requests or is limited to: what its containers need together, unless the pod itself says so, and the
 * overhead of its runtime. Overhead limits nothing that is not limited otherwise.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-overhead/
 */
export function totalOfPod(spec: PodSpec, kind: 'requests' | 'limits'): ResourceAmounts {
  const total: Record<string, string> = { ...totalOfContainers(spec, kind) };
  for (const [name, amount] of Object.entries(spec.resources?.[kind] ?? {})) {
    if (name === 'cpu' || name === 'memory' || isHugePages(name)) total[name] = amount;
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    const other = total[name];
    if (other !== undefined) total[name] = formatQuantity(addQuantities(other, amount));
    else if (kind === 'requests') total[name] = amount;
  }
  return total;
}
