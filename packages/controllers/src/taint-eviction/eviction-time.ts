import type { Pod, Taint } from '@berth/kinds';
import { tolerates } from '@berth/scheduler';

/** When a pod has to leave: at once, at a time, or (undefined) never. */
export type EvictionTime = 'now' | Date | undefined;

/**
 * When a pod leaves a node with these taints of effect NoExecute: at once if it does not tolerate one of them, else when
 * the first toleration that it needs runs out. The time runs from when the taint was added, so that it is the same
 * whoever asks and whenever; for a taint that does not say, nothing runs out yet.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
export function evictionTime({ spec }: Pod, taints: readonly Taint[]): EvictionTime {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const toleration = spec?.tolerations?.find((candidate) => tolerates([candidate], taint));
    if (!toleration) return 'now';
    const { tolerationSeconds } = toleration;
    if (tolerationSeconds === undefined) continue;
    if (tolerationSeconds <= 0) return 'now';
    const addedMs = Date.parse(taint.timeAdded ?? '');
    if (!Number.isNaN(addedMs)) earliestMs = Math.min(earliestMs, addedMs + tolerationSeconds * 1_000);
  }
  return Number.isFinite(earliestMs) ? new Date(earliestMs) : undefined;
}
