import type { Job, JobStatus, Pod } from '@berth/kinds';
import { hasFinalizer } from '../ownership.ts';
import { trackingFinalizer } from './job-facts.ts';
import { completionIndex, isFailed } from './pod-facts.ts';
import { judgePodFailure } from './pod-failure-policy.ts';
import { hasIndexBelow, type Situation } from './situation.ts';
import type { Verdict } from './verdict.ts';

export interface Count {
  /** Pods that lose their tracking finalizer with this reconcile, counted or not worth counting. */
  readonly released: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  /** Pods of an earlier count whose finalizer is still there. Empty but for Jobs that another controller left behind. */
  readonly uncounted: NonNullable<JobStatus['uncountedTerminatedPods']>;
  readonly completedIndexes: string | undefined;
  readonly failedIndexes: string | undefined;
  /** False while there are more pods to count. */
  readonly isWhole: boolean;
}

/**
 * Counts the pods that ended. A pod is counted in the very commit that takes its tracking finalizer off, so that none is
 * counted twice and none is lost. `status.uncountedTerminatedPods`, where upstream keeps pods between its two separate
 * writes, is honoured but never filled.
 */
export function countPods(
  situation: Situation,
  { verdict, podsAtOnce }: { verdict: Verdict | undefined; podsAtOnce: number },
): Count {
  const { job, pods, ended, indexed } = situation;
  const countable = job.metadata.deletionTimestamp || verdict ? pods : ended;
  const listed = listedPods(job);
  const released: Pod[] = [];
  const indexes: number[] = [];
  let succeeded = 0;
  let failed = 0;
  let isWhole = true;
  for (const pod of countable) {
    if (!hasFinalizer(pod, trackingFinalizer) || !mayRelease(situation, { pod, verdict })) continue;
    if (released.length >= podsAtOnce) {
      isWhole = false;
      break;
    }
    released.push(pod);
    if (listed.has(pod.metadata.uid ?? '')) continue;
    const index = completionIndex(pod);
    if (pod.status?.phase === 'Succeeded') {
      if (!indexed) succeeded++;
      else if (index !== undefined && hasIndexBelow(pod, indexed.completions)) indexes.push(index);
    } else if (countsAsFailed(situation, { pod, verdict })) {
      failed++;
    }
  }
  const gone = new Set(released.map((pod) => pod.metadata.uid ?? ''));
  const settle = (uids: readonly string[] = []): string[] => {
    if (uids.length === 0) return [];
    const held = new Set(
      pods.filter((pod) => hasFinalizer(pod, trackingFinalizer)).map((pod) => pod.metadata.uid ?? ''),
    );
    return uids.filter((uid) => held.has(uid) && !gone.has(uid));
  };
  const before = job.status?.uncountedTerminatedPods ?? {};
  const uncounted = { succeeded: settle(before.succeeded), failed: settle(before.failed) };
  const completed = indexed?.countedSucceeded.with(indexes);
  return {
    released,
    succeeded: completed
      ? completed.size
      : (job.status?.succeeded ?? 0) +
        succeeded +
        (before.succeeded?.length ?? 0) -
        uncounted.succeeded.length,
    failed: (job.status?.failed ?? 0) + failed + (before.failed?.length ?? 0) - uncounted.failed.length,
    uncounted: {
      ...(uncounted.succeeded.length > 0 ? { succeeded: uncounted.succeeded } : {}),
      ...(uncounted.failed.length > 0 ? { failed: uncounted.failed } : {}),
    },
    completedIndexes: completed?.toString(),
    failedIndexes: indexed?.failed?.toString(),
    isWhole: isWhole && uncounted.succeeded.length + uncounted.failed.length === 0,
  };
}

/** A pod may go uncounted no longer when it ended, or when the Job's end or deletion makes its own end meaningless. */
function mayRelease(
  situation: Situation,
  { pod, verdict }: { pod: Pod; verdict: Verdict | undefined },
): boolean {
  const { job, indexed } = situation;
  if (job.metadata.deletionTimestamp || verdict || pod.status?.phase === 'Succeeded') return true;
  if (!isFailed(pod, job)) return false;
  const index = completionIndex(pod);
  return index === undefined || indexed?.awaitingReplacement.get(index) !== pod;
}

/** When a Job fails, every pod that has not ended fails with it. */
function countsAsFailed(
  situation: Situation,
  { pod, verdict }: { pod: Pod; verdict: Verdict | undefined },
): boolean {
  const { job, indexed } = situation;
  if (!isFailed(pod, job) && verdict?.outcome !== 'fails') return false;
  if (indexed && !hasIndexBelow(pod, indexed.completions)) return false;
  return judgePodFailure(job.spec?.podFailurePolicy, pod).counts;
}

function listedPods(job: Job): ReadonlySet<string> {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  return new Set([...succeeded, ...failed]);
}
