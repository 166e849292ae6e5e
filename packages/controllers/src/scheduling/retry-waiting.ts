import type { Pod } from '@berth/kinds';
import type { Action, ClusterView } from '../reconciler.ts';
import { isWaiting, unschedulable } from './pod-queue.ts';
import { Room } from './room.ts';
import { bindActions, waitActions } from './schedule-one.ts';

const shortestRetryMs = 1_000;
const longestRetryMs = 60_000;

/** One reconcile binds no more pods than that; the next one, in the same turn, goes on. */
const mostPodsAtOnce = 500;
/** Nor does it tell more of them that they wait for another reason now. */
const mostPodsTold = 100;

/**
 * Tries the pods that found no node again, oldest first. Of pods that are alike in all that matters, one that does not
 * fit speaks for the rest: ten thousand pods of one Job that do not fit cost as much as one.
 */
export function retryWaiting(view: ClusterView, now: Date): readonly Action[] {
  const waiting = view.list<Pod>('pods').filter(isWaiting);
  if (waiting.length === 0) return [];
  const actions: Action[] = [];
  const room = new Room(view);
  const refused = new Map<string, string>();
  let bound = 0;
  let told = 0;
  for (const pod of [...waiting].sort(byAge)) {
    const shape = shapeOf(pod);
    let message = refused.get(shape);
    if (message === undefined) {
      const result = room.find(pod);
      if (result.node !== undefined) {
        room.take(pod, result);
        actions.push(...bindActions(pod, result));
        if (++bound === mostPodsAtOnce) return [...actions, { type: 'wakeAt', at: now }];
        continue;
      }
      message = result.message;
      refused.set(shape, message);
    }
    if (told < mostPodsTold) {
      const news = waitActions(pod, { message, now });
      told += Math.min(news.length, 1);
      actions.push(...news);
    }
  }
  if (bound === waiting.length) return actions;
  return [...actions, { type: 'wakeAt', at: new Date(now.getTime() + retryDelayMs(waiting, now)) }];
}

/** As long as the youngest has waited: soon at first, each time twice as long, at most a minute. */
function retryDelayMs(waiting: readonly Pod[], now: Date): number {
  const youngest = Math.max(
    ...waiting.map((pod) => Date.parse(unschedulable(pod)?.lastTransitionTime ?? '') || 0),
  );
  return Math.min(longestRetryMs, Math.max(shortestRetryMs, now.getTime() - youngest));
}

/** Equal for pods that the same nodes can take. */
function shapeOf({ spec }: Pod): string {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(
    ({ resources, ports, restartPolicy }) => [resources?.requests, ports, restartPolicy],
  );
  return JSON.stringify([
    containers,
    spec?.nodeSelector,
    spec?.affinity,
    spec?.tolerations,
    spec?.overhead,
    spec?.resources,
    spec?.preemptionPolicy,
  ]);
}

function byAge(left: Pod, right: Pod): number {
  return created(left) - created(right);
}

function created(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}
