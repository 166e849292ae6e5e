import type { Pod } from '@berth/kinds';
import { trackingFinalizer } from './job-facts.ts';
import { endedAt, isFailed } from './pod-facts.ts';
import { hasFinalizer } from '../ownership.ts';
import type { Situation } from './situation.ts';

const firstDelayMs = 10_000;
const longestDelayMs = 10 * 60_000;

/**
 * When the next pod may be created after `failures` in a row, the last one at `lastFailureMs`: 10 s after the first,
 * doubling to 10 min. The time may have passed.
 */
export function replacementTime(failures: number, lastFailureMs: number): number {
  if (failures === 0) return 0;
  return lastFailureMs + Math.min(firstDelayMs * 2 ** Math.min(failures - 1, 20), longestDelayMs);
}

/**
 * When a Job may create its next pod, judged by the pods that there are: the failures since the last success. Upstream
 * keeps the record in memory; here it follows from what is stored, so that it survives any process.
 */
export function nextCreationTime({
  job,
  pods,
  settled,
}: Pick<Situation, 'job' | 'pods' | 'settled'>): number {
  const failed = pods.filter((pod) => isFailed(pod, job) && !wasTakenAway(pod)).map(endedAt);
  if (failed.length === 0) return replacementTime(0, 0);
  let lastSuccessMs = -1;
  for (const pod of [...pods, ...settled()]) {
    if (pod.status?.phase === 'Succeeded') lastSuccessMs = Math.max(lastSuccessMs, endedAt(pod));
  }
  let failures = 0;
  let lastFailureMs = 0;
  for (const failedMs of failed) {
    if (failedMs <= lastSuccessMs) continue;
    failures++;
    lastFailureMs = Math.max(lastFailureMs, failedMs);
  }
  return replacementTime(failures, lastFailureMs);
}

/** Deleted by the controller itself (scaled down, suspended): the tracking finalizer went first. */
function wasTakenAway(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !hasFinalizer(pod, trackingFinalizer);
}
