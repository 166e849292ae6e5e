import type { Pod } from '@berth/kinds';
import { isPodEnded } from '../pods/pod-state.ts';
import type { Action, ClusterView, ReconcileContext } from '../reconciler.ts';
import { removePod } from './remove-pod.ts';

/** The controller manager's `--terminated-pod-gc-threshold`. */
export const mostEndedPods = 12_500;

/** Of the pods that ended those beyond the threshold: evicted ones before others, and the oldest first. */
export function endedPodActions(
  view: ClusterView,
  { now, podsAtOnce }: Pick<ReconcileContext, 'now' | 'podsAtOnce'>,
): readonly Action[] {
  const pods = view.list<Pod>('pods');
  if (pods.length <= mostEndedPods) return [];
  const ended = pods.filter((pod) => isPodEnded(pod) && !pod.metadata.deletionTimestamp);
  const excess = ended.length - mostEndedPods;
  if (excess <= 0) return [];
  const garbage = first(ended, Math.min(excess, podsAtOnce), byEvictionAndAge);
  return [
    ...garbage.flatMap(removePod),
    ...(excess > podsAtOnce ? [{ type: 'wakeAt' as const, at: now }] : []),
  ];
}

/** The first ones in order. Few of very many are asked for, each time another pod ends. */
function first<T>(all: readonly T[], count: number, compare: (left: T, right: T) => number): readonly T[] {
  let kept: T[] = [];
  let last: T | undefined;
  for (const item of all) {
    if (last !== undefined && compare(item, last) >= 0) continue;
    kept.push(item);
    if (kept.length < 2 * count) continue;
    kept = kept.sort(compare).slice(0, count);
    last = kept.at(-1);
  }
  return kept.sort(compare).slice(0, count);
}

function byEvictionAndAge(left: Pod, right: Pod): number {
  return (
    Number(isEvicted(right)) - Number(isEvicted(left)) ||
    compareText(created(left), created(right)) ||
    compareText(left.metadata.name, right.metadata.name)
  );
}

function isEvicted({ status }: Pod): boolean {
  return status?.reason === 'Evicted';
}

/** Of the one form that the API gives it, so that its text sorts as its time. */
function created({ metadata }: Pod): string {
  return metadata.creationTimestamp ?? '';
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
