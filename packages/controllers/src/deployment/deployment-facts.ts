import type { Deployment, DeploymentStatus, ReplicaSet } from '@berth/kinds';
import { scaledIntOrPercent } from '@berth/machinery';

export const deploymentsResource = 'deployments.apps';
export const replicaSetsResource = 'replicasets.apps';
/** The label that tells the pods of one template from those of another. */
export const templateHashLabel = 'pod-template-hash';

export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number];

/** What stands for "no limit" in fields that count. */
const maxInt32 = 2_147_483_647;

export function wantedReplicas({ spec }: Deployment): number {
  return spec?.replicas ?? 1;
}

export function replicasOf({ spec }: ReplicaSet): number {
  return spec?.replicas ?? 1;
}

export function sumOfReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + replicasOf(set), 0);
}

/** No more than its size: a status may be of before the set was made smaller. */
export function availableOf(set: ReplicaSet): number {
  return Math.min(set.status?.availableReplicas ?? 0, replicasOf(set));
}

export function isRollingUpdate({ spec }: Deployment): boolean {
  return (spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** How many pods there may be beyond those that are wanted. Percentages are rounded up. */
export function maxSurge(deployment: Deployment): number {
  if (!isRollingUpdate(deployment)) return 0;
  const { maxSurge: surge = 0 } = deployment.spec?.strategy?.rollingUpdate ?? {};
  return scaledIntOrPercent(surge, wantedReplicas(deployment), 'up');
}

/**
 * How many of the wanted pods may be missing. Percentages are rounded down; where that leaves no way to go on, with no
 * surge either, it is one.
 */
export function maxUnavailable(deployment: Deployment): number {
  const wanted = wantedReplicas(deployment);
  if (!isRollingUpdate(deployment) || wanted === 0) return 0;
  const { maxUnavailable: unavailable = 0 } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const most = scaledIntOrPercent(unavailable, wanted, 'down');
  return most === 0 && maxSurge(deployment) === 0 ? 1 : Math.min(most, wanted);
}

/** Seconds after which a rollout that makes no progress counts as failed; undefined if it never does. */
export function progressDeadline({ spec }: Deployment): number | undefined {
  const seconds = spec?.progressDeadlineSeconds;
  return seconds === maxInt32 ? undefined : seconds;
}

/** How many old ReplicaSets stay for `rollout undo`; undefined if all do. */
export function historyLimit({ spec }: Deployment): number | undefined {
  const limit = spec?.revisionHistoryLimit;
  return limit === maxInt32 ? undefined : limit;
}

export function isActiveSet(set: ReplicaSet): boolean {
  return replicasOf(set) > 0;
}

/** Oldest first; of the same second by name. */
export function compareByAge(left: ReplicaSet, right: ReplicaSet): number {
  const [a, b] = [left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? ''];
  if (a !== b) return a < b ? -1 : 1;
  return left.metadata.name < right.metadata.name ? -1 : 1;
}
