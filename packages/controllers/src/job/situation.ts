import type { Job, Pod } from '@berth/kinds';
import { hasFinalizer } from '../ownership.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../pods/pod-state.ts';
import { failedIndexes, podsAwaitingReplacement } from './index-failures.ts';
import { IndexSet } from './index-set.ts';
import { trackingFinalizer } from './job-facts.ts';
import { completionIndex, hasEnded } from './pod-facts.ts';
import { judgePodFailure } from './pod-failure-policy.ts';

/** A Job and its pods as one reconcile finds them. */
export interface Situation {
  readonly job: Job;
  /** All pods that the Job manages, ended ones included, but for settled ones. */
  readonly pods: readonly Pod[];
  /** Those that succeeded and are counted. A large Job has thousands, and few decisions ask. */
  readonly settled: () => readonly Pod[];
  readonly active: readonly Pod[];
  /** Those that succeeded or failed and are held until they are counted. */
  readonly ended: readonly Pod[];
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

export function observe(job: Job, pods: readonly Pod[], settled: Situation['settled']): Situation {
  const active: Pod[] = [];
  const ended: Pod[] = [];
  let [ready, terminating] = [0, 0];
  for (const pod of pods) {
    if (isPodActive(pod)) {
      active.push(pod);
      if (isPodReady(pod)) ready++;
      continue;
    }
    if (isPodTerminating(pod)) terminating++;
    if (hasEnded(pod, job) && hasFinalizer(pod, trackingFinalizer)) ended.push(pod);
  }
  const uncounted = job.status?.uncountedTerminatedPods;
  const indexed = observeIndexes(job, { ended, active });
  const fresh = countUncounted(job, ended);
  const succeeded = (job.status?.succeeded ?? 0) + (uncounted?.succeeded?.length ?? 0) + fresh.succeeded;
  return {
    job,
    pods,
    settled,
    active,
    ended,
    terminating,
    ready,
    succeeded: indexed ? indexed.succeeded.size : succeeded,
    failed: (job.status?.failed ?? 0) + (uncounted?.failed?.length ?? 0) + fresh.failed,
    indexed,
  };
}

/** Of the pods that ended those that neither the counters nor the lists of uncounted pods hold. */
function countUncounted(job: Job, ended: readonly Pod[]): { succeeded: number; failed: number } {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const listed = new Set([...succeeded, ...failed]);
  const completions = indexedCompletions(job);
  const count = { succeeded: 0, failed: 0 };
  for (const pod of ended) {
    if (listed.has(pod.metadata.uid ?? '')) continue;
    if (completions !== undefined && !hasIndexBelow(pod, completions)) continue;
    if (pod.status?.phase === 'Succeeded') count.succeeded++;
    else if (judgePodFailure(job.spec?.podFailurePolicy, pod).counts) count.failed++;
  }
  return count;
}

function observeIndexes(
  job: Job,
  { ended, active }: { ended: readonly Pod[]; active: readonly Pod[] },
): IndexedSituation | undefined {
  const completions = indexedCompletions(job);
  if (completions === undefined) return undefined;
  const countedSucceeded = IndexSet.parse(job.status?.completedIndexes, completions);
  const succeeded = countedSucceeded.with(succeededIndexes(ended, completions));
  const failed =
    job.spec?.backoffLimitPerIndex === undefined ? undefined : failedIndexes(job, ended, completions);
  let awaitingReplacement: ReadonlyMap<number, Pod> = new Map();
  if (failed) {
    const running = new Set(active.map(completionIndex));
    const has = (index: number): boolean => succeeded.has(index) || failed.has(index) || running.has(index);
    awaitingReplacement = podsAwaitingReplacement(job, ended, { has, completions });
  }
  return { completions, countedSucceeded, succeeded, failed, awaitingReplacement };
}

function succeededIndexes(ended: readonly Pod[], completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const pod of ended) {
    const index = completionIndex(pod);
    if (pod.status?.phase === 'Succeeded' && index !== undefined && index < completions) indexes.add(index);
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
