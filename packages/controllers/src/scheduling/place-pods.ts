import type { Pod } from '@berth/kinds';
import { failureMessage, type PodFacts, schedulePod } from '@berth/scheduler';
import type { Action, ClusterView } from '../reconciler.ts';
import { inQueueOrder, isWaiting, unschedulable } from './pod-queue.ts';
import { bindActions, waitActions } from './schedule-actions.ts';
import { schedulingState } from './scheduling-state.ts';

const shortestRetryMs = 1_000;
const longestRetryMs = 60_000;

/** One reconcile binds no more pods than that; the next one, in the same turn, goes on. */
const mostPodsAtOnce = 500;
/** Nor does it tell more of them that they wait for another reason now. */
const mostPodsTold = 100;

export interface PlacePodsOptions {
  readonly now: Date;
  readonly which: (pod: Pod) => boolean;
}

/**
 * Finds nodes for the pods that have none, the most important first. Of pods that are alike, one that does not fit speaks
 * for the rest: ten thousand pods of one Job that do not fit cost as much as one.
 */
export function placePods(view: ClusterView, { now, which }: PlacePodsOptions): readonly Action[] {
  const state = schedulingState(view);
  const waiting = [...state.unassigned.values()].filter(({ pod }) => which(pod)).sort(inQueueOrder);
  const actions: Action[] = [];
  const refused = new Map<string, string>();
  let bound = 0;
  let told = 0;
  for (const facts of waiting) {
    const shape = state.shapeKey(facts);
    let message = refused.get(shape);
    if (message === undefined) {
      const result = schedulePod(facts, state);
      if (result.node !== undefined) {
        for (const object of result.updates) actions.push({ type: 'update', object });
        // Room that a pod will need once its volumes are there is nobody else's.
        state.assume(facts, result.node);
        if (result.waits) continue;
        actions.push(...bindActions(facts, result.node.name));
        if (++bound === mostPodsAtOnce) return [...actions, { type: 'wakeAt', at: now }];
        continue;
      }
      const mayPreempt = facts.pod.spec?.preemptionPolicy !== 'Never';
      message = failureMessage(result.rejections, { mayPreempt });
      if (!dependsOnPods(facts)) refused.set(shape, message);
    }
    if (told < mostPodsTold || !isWaiting(facts.pod)) {
      const news = waitActions(facts.pod, { message, now });
      told += Math.min(news.length, 1);
      actions.push(...news);
    }
  }
  const left = waiting.filter(({ pod }) => isWaiting(pod));
  if (left.length === 0 || bound === waiting.length) return actions;
  return [...actions, { type: 'wakeAt', at: new Date(now.getTime() + retryDelayMs(left, now)) }];
}

/** A pod that finds its node may be what another has waited for. */
function dependsOnPods(pod: PodFacts): boolean {
  return pod.isAttached || pod.spreadConstraints.length > 0;
}

/** As long as the youngest has waited: soon at first, each time twice as long, at most a minute. */
function retryDelayMs(waiting: readonly PodFacts[], now: Date): number {
  const youngest = Math.max(
    ...waiting.map(({ pod }) => Date.parse(unschedulable(pod)?.lastTransitionTime ?? '') || 0),
  );
  return Math.min(longestRetryMs, Math.max(shortestRetryMs, now.getTime() - youngest));
}
