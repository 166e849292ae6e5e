import type { Pod } from '@berth/kinds';
import { mostPodsAtOnce } from '../pods/most-pods-at-once.ts';
import { isPodEnded } from '../pods/pod-state.ts';
import type { Action, ClusterView } from '../reconciler.ts';
import { removePod } from './remove-pod.ts';

/** The controller manager's `--terminated-pod-gc-threshold`. */
export const mostEndedPods = 12_500;

/** Of the pods that ended those beyond the threshold: evicted ones before others, and the oldest first. */
export function endedPodActions(view: ClusterView, now: Date): readonly Action[] {
  const pods = view.list<Pod>('pods');
  if (pods.length <= mostEndedPods) return [];
  const ended = pods.filter((pod) => isPodEnded(pod) && !pod.metadata.deletionTimestamp);
  const excess = ended.length - mostEndedPods;
  if (excess <= 0) return [];
  const garbage = ended.toSorted(byEvictionAndAge).slice(0, Math.min(excess, mostPodsAtOnce));
  return [
    ...garbage.flatMap(removePod),
    ...(excess > mostPodsAtOnce ? [{ type: 'wakeAt' as const, at: now }] : []),
  ];
}

function byEvictionAndAge(left: Pod, right: Pod): number {
  return (
    Number(isEvicted(right)) - Number(isEvicted(left)) ||
    createdMs(left) - createdMs(right) ||
    (left.metadata.name < right.metadata.name ? -1 : 1)
  );
}

function isEvicted({ status }: Pod): boolean {
  return status?.reason === 'Evicted';
}

function createdMs({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
