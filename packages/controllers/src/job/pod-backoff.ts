import type { Job, Pod } from '@berth/kinds';
import { trackingFinalizer } from './job-facts.ts';
import { endedAt, isFailed } from './pod-facts.ts';
import { hasFinalizer } from '../ownership.ts';

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
export function nextCreationTime(job: Job, pods: readonly Pod[]): number {
  let lastSuccessMs = -1;
  for (const pod of pods) {
    if (pod.status?.phase === 'Succeeded') lastSuccessMs = Math.max(lastSuccessMs, endedAt(pod));
  }
  let failures = 0;
  let lastFailureMs = 0;
  for (const pod of pods) {
    if (!isFailed(pod, job) || wasTakenAway(pod)) continue;
    const failedMs = endedAt(pod);
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
