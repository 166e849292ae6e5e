import type { Pod } from '@berth/kinds';
import { isPodTerminating } from '../pods/pod-state.ts';
import type { ReconcileContext } from '../reconciler.ts';
import { countsAfter, indexReplacementTime } from './index-failures.ts';
import { isSuspended, replacesOnlyEndedPods, specOf } from './job-facts.ts';
import type { PodIndex } from './new-pod.ts';
import { nextCreationTime } from './pod-backoff.ts';
import { completionIndex } from './pod-facts.ts';
import { podsToRemove } from './removal-order.ts';
import type { Situation } from './situation.ts';

/** What is to happen to a Job's pods. Creating and deleting do not mix. */
export interface PodPlan {
  readonly create: readonly (PodIndex | undefined)[];
  readonly remove: readonly Pod[];
  /** Creation waits until then (milliseconds) because pods failed. */
  readonly retryAt: number | undefined;
}

const nothing: PodPlan = { create: [], remove: [], retryAt: undefined };

/** As many active pods as the Job wants: no more than `parallelism`, nor than completions that are missing. */
export function managePods(
  situation: Situation,
  { now, podsAtOnce, mostCreates = podsAtOnce }: Pick<ReconcileContext, 'now' | 'mostCreates' | 'podsAtOnce'>,
): PodPlan {
  const { job, active, indexed, terminating } = situation;
  const completions = indexed?.completions;
  if (isSuspended(job)) {
    return { ...nothing, remove: podsToRemove(active, { atLeast: active.length, completions }) };
  }
  const wanted = wantedPods(situation);
  const remove = podsToRemove(active, { atLeast: Math.max(0, active.length - wanted), completions });
  if (remove.length > 0) return { ...nothing, remove: remove.slice(0, podsAtOnce) };

  const missing = wanted - active.length - (replacesOnlyEndedPods(job) ? terminating : 0);
  if (missing <= 0) return nothing;
  return createPods(situation, { count: Math.min(missing, mostCreates, podsAtOnce), now });
}

function wantedPods({ job, active, succeeded }: Situation): number {
  const { parallelism, completions } = specOf(job);
  // Without a number of completions the first success says that the work is done: what runs may end.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

function createPods(situation: Situation, { count, now }: { count: number; now: Date }): PodPlan {
  const { indexed, job } = situation;
  if (!indexed?.failed) {
    const at = nextCreationTime(situation);
    if (at > now.getTime()) return { ...nothing, retryAt: at };
  }
  if (!indexed) return { ...nothing, create: Array.from({ length: count }, () => undefined) };

  const indexes = pendingIndexes(situation, count);
  if (!indexed.failed)
    return { ...nothing, create: indexes.map((index) => ({ index, failures: undefined })) };

  const times = indexes.map((index) => indexReplacementTime(indexed.awaitingReplacement.get(index)));
  const due = indexes.filter((_index, position) => (times[position] ?? 0) <= now.getTime());
  const later = times.filter((time) => time > now.getTime());
  return {
    ...nothing,
    create: due.map((index) => ({
      index,
      failures: countsAfter(job, indexed.awaitingReplacement.get(index)),
    })),
    retryAt: later.length > 0 ? Math.min(...later) : undefined,
  };
}

/** The lowest indexes that have neither succeeded nor failed and that no pod works on. */
function pendingIndexes({ job, active, pods, indexed }: Situation, count: number): number[] {
  if (!indexed) return [];
  const busy = replacesOnlyEndedPods(job) ? [...active, ...pods.filter(isPodTerminating)] : active;
  const taken = new Set<number>();
  for (const pod of busy) {
    const index = completionIndex(pod);
    if (index !== undefined) taken.add(index);
  }
  const settled = indexed.failed ? indexed.succeeded.union(indexed.failed) : indexed.succeeded;
  return settled.with(taken).firstMissing(count, indexed.completions);
}
