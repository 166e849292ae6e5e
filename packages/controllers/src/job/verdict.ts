import type { Job, Pod } from '@berth/kinds';
import { conditionOf, isSuspended, specOf } from './job-facts.ts';
import { isFailed, restarts } from './pod-facts.ts';
import { judgePodFailure } from './pod-failure-policy.ts';
import type { Situation } from './situation.ts';
import { matchSuccessPolicy } from './success-policy.ts';

/**
 * How a Job ends, once that is certain. First it is announced (`SuccessCriteriaMet`, `FailureTarget`), and when all pods
 * are counted and gone it becomes final (`Complete`, `Failed`).
 */
export interface Verdict {
  readonly outcome: 'succeeds' | 'fails';
  readonly reason: string;
  readonly message: string;
}

/** Whether the Job's end is certain before its pods are managed any further. */
export function judge(situation: Situation, now: Date): Verdict | undefined {
  const { job, indexed } = situation;
  return (
    announced(job) ??
    failedByPodPolicy(situation) ??
    pastLimits(situation, now) ??
    (indexed && judgeIndexes(job, indexed))
  );
}

/** Whether the Job has done what it was to do, with `active` pods left after managing them. */
export function judgeCompletion(situation: Situation, active: number): Verdict | undefined {
  const { completions } = specOf(situation.job);
  const reached = completions === undefined ? situation.succeeded > 0 : situation.succeeded >= completions;
  if (!reached || active > 0) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { outcome: 'succeeds', reason: 'CompletionsReached', message };
}

/**
 * When the Job runs into `activeDeadlineSeconds`, in milliseconds; undefined if it does not. Suspension stops the clock,
 * and a Job that is just being resumed gets a new start time.
 */
export function deadlineOf(job: Job): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  const startTime = job.status?.startTime;
  if (seconds === undefined || startTime === undefined) return undefined;
  if (isSuspended(job) || conditionOf(job, 'Suspended')) return undefined;
  return Date.parse(startTime) + seconds * 1000;
}

function announced(job: Job): Verdict | undefined {
  const success = conditionOf(job, 'SuccessCriteriaMet');
  const condition = success ?? conditionOf(job, 'FailureTarget');
  if (!condition) return undefined;
  const { reason = '', message = '' } = condition;
  return { outcome: success ? 'succeeds' : 'fails', reason, message };
}

function failedByPodPolicy({ job, pods }: Situation): Verdict | undefined {
  const policy = job.spec?.podFailurePolicy;
  if (!policy) return undefined;
  for (const pod of pods) {
    const message = isFailed(pod, job) ? judgePodFailure(policy, pod).jobFailure : undefined;
    if (message !== undefined) return failure('PodFailurePolicy', message);
  }
  return undefined;
}

function pastLimits({ job, pods, failed }: Situation, now: Date): Verdict | undefined {
  if (failed > specOf(job).backoffLimit || hasRestartedTooOften(job, pods)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const deadline = deadlineOf(job);
  if (deadline !== undefined && now.getTime() >= deadline) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return undefined;
}

/** With restart policy OnFailure the kubelet restarts containers in place: their restarts count as failures do. */
function hasRestartedTooOften(job: Job, pods: readonly Pod[]): boolean {
  const { template, backoffLimit } = specOf(job);
  if (template.spec?.restartPolicy !== 'OnFailure') return false;
  let count = 0;
  for (const pod of pods) count += restarts(pod);
  return backoffLimit === 0 ? count > 0 : count >= backoffLimit;
}

function judgeIndexes(job: Job, indexed: NonNullable<Situation['indexed']>): Verdict | undefined {
  const { succeeded, failed, completions } = indexed;
  const failures = failed?.size ?? 0;
  const { maxFailedIndexes, successPolicy } = specOf(job);
  if (maxFailedIndexes !== undefined && failures > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failure('MaxFailedIndexesExceeded', message);
  }
  if (failures > 0 && failures + succeeded.size >= completions) {
    return failure('FailedIndexes', 'Job has failed indexes');
  }
  const message = matchSuccessPolicy(successPolicy, succeeded, completions);
  return message === undefined ? undefined : { outcome: 'succeeds', reason: 'SuccessPolicy', message };
}

function failure(reason: string, message: string): Verdict {
  return { outcome: 'fails', reason, message };
}
