import type { KubeObject, ObjectUsage } from '@berth/machinery';
import type { Container, Pod, PodAffinityTerm, PodSpec } from '../generated/api-types.ts';
import { totalOfPod } from '../pod-template/pod-totals.ts';
import { qosClass } from '../pod-template/qos-class.ts';
import { isExtendedResource, isHugePages } from '../pod-template/resource-names.ts';

/**
 * What a pod uses of quotas. A pod that has ended is still an object, and uses nothing else.
 *
 * Kubernetes also stops counting a pod that is still there after its grace period. Here it counts until it is gone: what is
 * used depends on the objects alone, not on the time.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function podUsage(object: KubeObject): ObjectUsage {
  const { spec = {}, status }: Pod = object;
  const tags = scopeTags(spec);
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return { tags, amounts: {} };
  const unspecified = unspecifiedAmounts(spec);
  return {
    tags,
    amounts: podAmounts(spec),
    ...(Object.keys(unspecified).length > 0 && { unspecified }),
  };
}

function podAmounts(spec: PodSpec): Record<string, string> {
  const amounts: Record<string, string> = { pods: '1' };
  for (const [name, amount] of Object.entries(totalOfPod(spec, 'requests'))) {
    if (countsByRequest(name)) amounts[`requests.${name}`] = amount;
    // What is metered: no quota can name it.
    if (spec.nodeName && meteredResources.has(name)) amounts[`running.${name}`] = amount;
  }
  for (const [name, amount] of Object.entries(totalOfPod(spec, 'limits'))) {
    if (computeResources.has(name)) amounts[`limits.${name}`] = amount;
  }
  return amounts;
}

const meteredResources: ReadonlySet<string> = new Set(['cpu', 'memory']);
const computeResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

function countsByRequest(name: string): boolean {
  return computeResources.has(name) || isHugePages(name) || isExtendedResource(name);
}

/** https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes */
function scopeTags(spec: PodSpec): string[] {
  const { activeDeadlineSeconds, priorityClassName } = spec;
  const terminates = activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;
  return [
    terminates ? 'Terminating' : 'NotTerminating',
    qosClass(spec) === 'BestEffort' ? 'BestEffort' : 'NotBestEffort',
    ...(reachesOtherNamespaces(spec) ? ['CrossNamespacePodAffinity'] : []),
    ...(priorityClassName ? ['PriorityClass', `PriorityClass=${priorityClassName}`] : []),
  ];
}

function reachesOtherNamespaces({ affinity }: PodSpec): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(
    (rules) =>
      rules?.requiredDuringSchedulingIgnoredDuringExecution?.some(crossesNamespaces) ||
      rules?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) =>
        crossesNamespaces(podAffinityTerm),
      ),
  );
}

function crossesNamespaces({ namespaces, namespaceSelector }: PodAffinityTerm): boolean {
  return (namespaces ?? []).length > 0 || namespaceSelector !== undefined;
}

/** Upstream asks this of cpu and memory alone, and holds it for a mistake that is too late to mend. */
const mustBeSpecified = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['limits', 'cpu'],
  ['limits', 'memory'],
] as const;

function unspecifiedAmounts({ containers = [], initContainers = [] }: PodSpec): Record<string, string[]> {
  const unspecified: Record<string, string[]> = {};
  for (const [kind, resource] of mustBeSpecified) {
    const lacks = ({ resources }: Container): boolean => resources?.[kind]?.[resource] === undefined;
    const names = [...containers, ...initContainers].filter(lacks).map(({ name }) => name);
    if (names.length > 0) unspecified[`${kind}.${resource}`] = [...new Set(names)].sort();
  }
  return unspecified;
}
