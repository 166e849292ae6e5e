import type { Job, Pod } from '@berth/kinds';
import { IndexSet } from './index-set.ts';
import { indexFailureCountAnnotation, indexIgnoredFailureCountAnnotation } from './job-facts.ts';
import { replacementTime } from './pod-backoff.ts';
import { completionIndex, endedAt, isFailed } from './pod-facts.ts';
import { judgePodFailure } from './pod-failure-policy.ts';

/** How often an index has failed before this pod, as the pod's annotations carry it on. */
export interface IndexFailureCounts {
  readonly counted: number;
  readonly ignored: number;
}

function failureCountsOf(pod: Pod): IndexFailureCounts {
  return {
    counted: countOf(pod, indexFailureCountAnnotation),
    ignored: countOf(pod, indexIgnoredFailureCountAnnotation),
  };
}

/** The counts that the pod's replacement carries. */
export function countsAfter(job: Job, failed: Pod | undefined): IndexFailureCounts {
  if (!failed) return { counted: 0, ignored: 0 };
  const { counted, ignored } = failureCountsOf(failed);
  const { counts } = judgePodFailure(job.spec?.podFailurePolicy, failed);
  return counts ? { counted: counted + 1, ignored } : { counted, ignored: ignored + 1 };
}

/** The indexes that have failed for good: as the status has them, and by pods that ended and are not counted yet. */
export function failedIndexes(job: Job, ended: readonly Pod[], completions: number): IndexSet {
  const failed: number[] = [];
  for (const pod of ended) {
    const index = completionIndex(pod);
    if (index === undefined || index >= completions) continue;
    if (failsIndex(job, pod)) failed.push(index);
  }
  return IndexSet.parse(job.status?.failedIndexes, completions).with(failed);
}

function failsIndex(job: Job, pod: Pod): boolean {
  if (!isFailed(pod, job)) return false;
  const { action, counts } = judgePodFailure(job.spec?.podFailurePolicy, pod);
  if (action === 'FailIndex') return true;
  return counts && failureCountsOf(pod).counted >= (job.spec?.backoffLimitPerIndex ?? 0);
}

/**
 * Of each index that waits for a replacement its last failed pod. That pod keeps its tracking finalizer until the
 * replacement is there, because its annotations hold the count of failures.
 */
export function podsAwaitingReplacement(
  job: Job,
  ended: readonly Pod[],
  settled: { readonly has: (index: number) => boolean; readonly completions: number },
): ReadonlyMap<number, Pod> {
  const awaiting = new Map<number, Pod>();
  for (const pod of ended) {
    const index = completionIndex(pod);
    if (index === undefined || index >= settled.completions || settled.has(index)) continue;
    if (!isFailed(pod, job)) continue;
    const other = awaiting.get(index);
    if (!other || isLater(pod, other)) awaiting.set(index, pod);
  }
  return awaiting;
}

/** When an index may get its next pod. */
export function indexReplacementTime(failed: Pod | undefined): number {
  if (!failed) return 0;
  const { counted, ignored } = failureCountsOf(failed);
  return replacementTime(counted + ignored + 1, endedAt(failed));
}

function isLater(pod: Pod, other: Pod): boolean {
  const [a, b] = [failureCountsOf(pod), failureCountsOf(other)];
  return a.counted + a.ignored >= b.counted + b.ignored && endedAt(pod) >= endedAt(other);
}

function countOf(pod: Pod, annotation: string): number {
  const value = pod.metadata.annotations?.[annotation];
  const count = value !== undefined && /^\d+$/.test(value) ? Number(value) : 0;
  return count <= 0x7fffffff ? count : 0;
}
