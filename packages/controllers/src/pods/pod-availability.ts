import type { Pod } from '@berth/kinds';
import { isPodReady, readySince } from './pod-state.ts';

/**
 * When a pod counts as available, in milliseconds: once it has been ready for `minReadySeconds`. The time may have passed;
 * undefined while the pod is not ready.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds
 */
function availableAt(pod: Pod, minReadySeconds = 0): number | undefined {
  if (!isPodReady(pod)) return undefined;
  const since = readySince(pod);
  if (minReadySeconds === 0) return since ?? 0;
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}

export function isPodAvailable(pod: Pod, minReadySeconds: number | undefined, now: Date): boolean {
  if (minReadySeconds === undefined || minReadySeconds === 0) return isPodReady(pod);
  const at = availableAt(pod, minReadySeconds);
  return at !== undefined && at <= now.getTime();
}

/** When the next of these pods becomes available, so that its owner looks again then; undefined if none will by itself. */
export function nextAvailableAt(
  pods: readonly Pod[],
  minReadySeconds: number | undefined,
  now: Date,
): Date | undefined {
  if (minReadySeconds === undefined || minReadySeconds === 0) return undefined;
  let next: number | undefined;
  for (const pod of pods) {
    const at = availableAt(pod, minReadySeconds);
    if (at !== undefined && at > now.getTime() && at < (next ?? Number.POSITIVE_INFINITY)) next = at;
  }
  return next === undefined ? undefined : new Date(next);
}
