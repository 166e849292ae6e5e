import type { Pod } from '@berth/kinds';
import { isPodAvailable } from '../pods/pod-availability.ts';
import { isPodReady } from '../pods/pod-state.ts';

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

export function isRunningAndAvailable(pod: Pod, minReadySeconds: number | undefined, now: Date): boolean {
  return pod.status?.phase === 'Running' && isPodAvailable(pod, minReadySeconds, now);
}

/** Not to be counted on: not available, or on its way out. */
export function isUnavailable(pod: Pod, minReadySeconds: number | undefined, now: Date): boolean {
  return isTerminating(pod) || !isRunningAndAvailable(pod, minReadySeconds, now);
}
