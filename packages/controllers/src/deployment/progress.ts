import type { Deployment, DeploymentStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { type ConditionText, conditionOf, withCondition, withoutCondition } from './conditions.ts';
import { type DeploymentCondition, progressDeadline } from './deployment-facts.ts';
import { allSets, type Rollout } from './rollout.ts';
import { isComplete } from './status.ts';

export const timedOutReason = 'ProgressDeadlineExceeded';
const availableReason = 'NewReplicaSetAvailable';
export const awaitingReason = 'AwaitingPromotion';
export const abortedReason = 'RolloutAborted';
const pausedReason = 'DeploymentPaused';
/** Nothing is to be expected any more, or not by itself. */
const restingReasons = [availableReason, timedOutReason, awaitingReason, abortedReason, pausedReason];

/** Conditions in which a rollout that is paused does not count as one without progress. A failure stays one. */
export function withPauses(
  { spec }: Deployment,
  conditions: readonly DeploymentCondition[],
  now: string,
): readonly DeploymentCondition[] {
  const reason = conditionOf(conditions, 'Progressing')?.reason;
  if (spec?.progressDeadlineSeconds === undefined || reason === timedOutReason) return conditions;
  const isPaused = spec.paused === true;
  if (isPaused === (reason === pausedReason)) return conditions;
  const text = isPaused
    ? { reason: pausedReason, message: 'Deployment is paused' }
    : { reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  return withCondition(conditions, { type: 'Progressing', status: 'Unknown', ...text }, { now });
}

export function progressing(status: 'True' | 'False', reason: string, message: string): ConditionText {
  return { type: 'Progressing', status, reason, message };
}

/** The status with what can be said of the rollout's progress since `deployment.status` was written. */
export function withProgress(rollout: Rollout, status: DeploymentStatus, now: Date): DeploymentStatus {
  const { deployment } = rollout;
  const conditions = status.conditions ?? [];
  if (progressDeadline(deployment) === undefined) {
    return withConditions(status, withoutCondition(conditions, 'Progressing'));
  }
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  const { replicas = 0, updatedReplicas = 0 } = status;
  if (replicas === updatedReplicas && current?.reason === availableReason) return status;
  const step = progressText(rollout, status, now);
  if (!step) return status;
  return withConditions(
    status,
    withCondition(conditions, step.text, { now: toTime(now), renews: step.renews }),
  );
}

function progressText(
  rollout: Rollout,
  status: DeploymentStatus,
  now: Date,
): { text: ConditionText; renews: boolean } | undefined {
  const { deployment, newSet } = rollout;
  const who = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(rollout, status)) {
    const text = progressing('True', availableReason, `${who} has successfully progressed.`);
    return { text, renews: false };
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    return { text: progressing('True', 'ReplicaSetUpdated', `${who} is progressing.`), renews: true };
  }
  const deadline = deadlineAt(deployment, status);
  if (deadline === undefined || deadline >= now.getTime()) return undefined;
  return { text: progressing('False', timedOutReason, `${who} has timed out progressing.`), renews: false };
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** When a rollout that makes no progress from now on counts as failed, in milliseconds; undefined if none is awaited. */
export function deadlineAt(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const seconds = progressDeadline(deployment);
  const current = conditionOf(status.conditions, 'Progressing');
  if (seconds === undefined || !current?.lastUpdateTime) return undefined;
  if (restingReasons.includes(current.reason ?? '')) return undefined;
  return Date.parse(current.lastUpdateTime) + seconds * 1000;
}

/** The status with the failure of a set to create pods: the new one's before an old one's. */
export function withFailures(rollout: Rollout, status: DeploymentStatus): DeploymentStatus {
  const conditions = status.conditions ?? [];
  const sets = rollout.newSet ? [rollout.newSet, ...rollout.oldSets] : allSets(rollout);
  const failures = sets.flatMap((set) => set.status?.conditions ?? []);
  const failure = failures.find(({ type }) => type === 'ReplicaFailure');
  const current = conditionOf(conditions, 'ReplicaFailure');
  if (!failure) return withConditions(status, withoutCondition(conditions, 'ReplicaFailure'));
  if (current?.status === failure.status && current.reason === failure.reason) return status;
  const { lastTransitionTime } = failure;
  const times = lastTransitionTime ? { lastTransitionTime, lastUpdateTime: lastTransitionTime } : {};
  return withConditions(status, [
    ...withoutCondition(conditions, 'ReplicaFailure'),
    { ...failure, ...times },
  ]);
}

function withConditions(
  status: DeploymentStatus,
  conditions: readonly DeploymentCondition[],
): DeploymentStatus {
  const { conditions: _conditions, ...rest } = status;
  return conditions.length > 0 ? { ...rest, conditions: [...conditions] } : rest;
}
