import type { Job, Pod } from '@berth/kinds';
import { hasFinalizer } from '../ownership.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../pods/pod-state.ts';
import { failedIndexes, podsAwaitingReplacement } from './index-failures.ts';
import { IndexSet } from './index-set.ts';
import { trackingFinalizer } from './job-facts.ts';
import { completionIndex, isFailed } from './pod-facts.ts';
import { judgePodFailure } from './pod-failure-policy.ts';

/** A Job and its pods as one reconcile finds them. */
export interface Situation {
  readonly job: Job;
  /** All pods that the Job manages, ended ones included. */
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: number;
  readonly ready: number;
  /** Of pods, or of indexes of an Indexed Job; those not counted yet included. */
  readonly succeeded: number;
  /** Failures that count towards the backoff limit; those not counted yet included. */
  readonly failed: number;
  /** Present for an Indexed Job. */
  readonly indexed: IndexedSituation | undefined;
}

interface IndexedSituation {
  readonly completions: number;
  /** As the status has them. */
  readonly countedSucceeded: IndexSet;
  readonly succeeded: IndexSet;
  /** Present where each index has a backoff limit of its own. */
  readonly failed: IndexSet | undefined;
  readonly awaitingReplacement: ReadonlyMap<number, Pod>;
}

export function observe(job: Job, pods: readonly Pod[]): Situation {
  const active = pods.filter(isPodActive);
  const uncounted = job.status?.uncountedTerminatedPods;
  const indexed = observeIndexes(job, { pods, active });
  const fresh = countUncounted(job, pods);
  const succeeded = (job.status?.succeeded ?? 0) + (uncounted?.succeeded?.length ?? 0) + fresh.succeeded;
  return {
    job,
    pods,
    active,
    terminating: pods.filter(isPodTerminating).length,
    ready: active.filter(isPodReady).length,
    succeeded: indexed ? indexed.succeeded.size : succeeded,
    failed: (job.status?.failed ?? 0) + (uncounted?.failed?.length ?? 0) + fresh.failed,
    indexed,
  };
}

/** Pods that ended and that neither the counters nor the lists of uncounted pods hold. */
function countUncounted(job: Job, pods: readonly Pod[]): { succeeded: number; failed: number } {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const listed = new Set([...succeeded, ...failed]);
  const completions = indexedCompletions(job);
  const count = { succeeded: 0, failed: 0 };
  for (const pod of pods) {
    if (!hasFinalizer(pod, trackingFinalizer) || listed.has(pod.metadata.uid ?? '')) continue;
    if (completions !== undefined && !hasIndexBelow(pod, completions)) continue;
    if (pod.status?.phase === 'Succeeded') count.succeeded++;
    else if (isFailed(pod, job) && judgePodFailure(job.spec?.podFailurePolicy, pod).counts) count.failed++;
  }
  return count;
}

function observeIndexes(
  job: Job,
  { pods, active }: { pods: readonly Pod[]; active: readonly Pod[] },
): IndexedSituation | undefined {
  const completions = indexedCompletions(job);
  if (completions === undefined) return undefined;
  const countedSucceeded = IndexSet.parse(job.status?.completedIndexes, completions);
  const succeeded = countedSucceeded.with(succeededIndexes(pods, completions));
  const failed =
    job.spec?.backoffLimitPerIndex === undefined ? undefined : failedIndexes(job, pods, completions);
  let awaitingReplacement: ReadonlyMap<number, Pod> = new Map();
  if (failed) {
    const running = new Set(active.map(completionIndex));
    const has = (index: number): boolean => succeeded.has(index) || failed.has(index) || running.has(index);
    awaitingReplacement = podsAwaitingReplacement(job, pods, { has, completions });
  }
  return { completions, countedSucceeded, succeeded, failed, awaitingReplacement };
}

function succeededIndexes(pods: readonly Pod[], completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (pod.status?.phase !== 'Succeeded' || index === undefined || index >= completions) continue;
    if (hasFinalizer(pod, trackingFinalizer)) indexes.add(index);
  }
  return indexes;
}

/** `spec.completions` of an Indexed Job; undefined for one that is not. */
function indexedCompletions(job: Job): number | undefined {
  return job.spec?.completionMode === 'Indexed' ? (job.spec.completions ?? 0) : undefined;
}

export function hasIndexBelow(pod: Pod, completions: number): boolean {
  const index = completionIndex(pod);
  return index !== undefined && index < completions;
}
