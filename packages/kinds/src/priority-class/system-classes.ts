import type { PriorityClass } from '../generated/api-types.ts';

/** What a class of users may not reach: above it are the system's own. */
export const highestUserPriority = 1_000_000_000;

const nodeCritical = 'system-node-critical';
const clusterCritical = 'system-cluster-critical';

/**
 * The classes that every cluster has.
 * https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
 */
export const systemPriorityClasses: readonly PriorityClass[] = [
  systemClass(nodeCritical, {
    value: 2 * highestUserPriority + 1_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  }),
  systemClass(clusterCritical, {
    value: 2 * highestUserPriority,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  }),
];

function systemClass(
  name: string,
  { value, description }: { value: number; description: string },
): PriorityClass {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    globalDefault: false,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}
