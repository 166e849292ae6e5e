import type { Pod, PodCondition } from '@berth/kinds';

const noConditions: readonly PodCondition[] = [];

/** Succeeded or failed. */
export function isPodEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Runs or will: neither ended nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodEnded(pod) && !pod.metadata.deletionTimestamp;
}

/** On its way out, and not ended. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodEnded(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  for (const condition of pod.status?.conditions ?? noConditions)
    if (condition.type === type) return condition;
  return undefined;
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Since when the pod is ready, in milliseconds; undefined if it is not ready, or nobody said since when. */
export function readySince(pod: Pod): number | undefined {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True' || !ready.lastTransitionTime) return undefined;
  return Date.parse(ready.lastTransitionTime);
}
