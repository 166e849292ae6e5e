import type { Pod } from '@berth/kinds';
import { type ClusterState, failureMessage, type PodFacts, preempt, schedulePod } from '@berth/scheduler';
import type { Action, ClusterView } from '../reconciler.ts';
import { inQueueOrder, isWaiting, unschedulable } from './pod-queue.ts';
import { preemptActions } from './preempt-actions.ts';
import { bindActions, waitActions } from './schedule-actions.ts';
import { schedulingState } from './scheduling-state.ts';

const shortestRetryMs = 1_000;
const longestRetryMs = 60_000;

/** One reconcile does not tell more of them that they wait for another reason now. */
const mostPodsTold = 100;
/** Nor does it make room for more of them at the cost of others: that takes a look at every pod of every node. */
const mostPreemptions = 20;

export interface PlacePodsOptions {
  readonly now: Date;
  readonly which: (pod: Pod) => boolean;
  /** As in `ReconcileContext`. */
  readonly podsAtOnce: number;
}

/**
 * Finds nodes for the pods that have none, the most important first. Of pods that are alike, one that does not fit speaks
 * for the rest: ten thousand pods of one Job that do not fit cost as much as one.
 */
export function placePods(view: ClusterView, options: PlacePodsOptions): readonly Action[] {
  const { now, which, podsAtOnce } = options;
  const state = schedulingState(view);
  const pods = [...state.unassigned.values()].filter(({ pod }) => which(pod)).sort(inQueueOrder);
  const round = new Round(state, { now, podsAtOnce });
  for (const pod of pods) {
    round.place(pod);
    if (round.isFull) return [...round.actions, { type: 'wakeAt', at: now }];
  }
  const left = pods.filter(({ pod, uid }) => isWaiting(pod) && state.unassigned.has(uid));
  if (left.length === 0) return round.actions;
  return [...round.actions, { type: 'wakeAt', at: new Date(now.getTime() + retryDelayMs(left, now)) }];
}

/** What one reconcile does, pod by pod. */
class Round {
  readonly actions: Action[] = [];
  readonly #state: ClusterState;
  readonly #now: Date;
  readonly #podsAtOnce: number;
  /** By the shape of pods why they do not fit. */
  readonly #refused = new Map<string, string>();
  readonly #victims = new Set<string>();
  #bound = 0;
  #told = 0;
  #preempted = 0;

  constructor(state: ClusterState, { now, podsAtOnce }: { now: Date; podsAtOnce: number }) {
    this.#state = state;
    this.#now = now;
    this.#podsAtOnce = podsAtOnce;
  }

  get isFull(): boolean {
    return this.#bound >= this.#podsAtOnce || this.#preempted >= mostPreemptions;
  }

  place(pod: PodFacts): void {
    const shape = this.#state.shapeKey(pod);
    // One that was promised a node is looked at for itself; one that finds its node may be what another has waited for.
    const isAlike = pod.nominatedNodeName === undefined && !pod.dependsOnPods;
    const message = isAlike ? this.#refused.get(shape) : undefined;
    if (message !== undefined) {
      this.#tell(pod, { message });
      return;
    }
    const result = schedulePod(pod, this.#state);
    if (result.node === undefined) {
      const told = this.#makeRoom(pod, result.rejections);
      if (isAlike && told !== undefined) this.#refused.set(shape, told);
      return;
    }
    for (const object of result.updates) this.actions.push({ type: 'update', object });
    // Room that a pod will need once its volumes are there is nobody else's.
    this.#state.assume(pod, result.node);
    if (result.waits) return;
    this.actions.push(...bindActions(pod, result.node.name));
    this.#bound++;
  }

  /** @returns why there is no room for any pod like this one */
  #makeRoom(pod: PodFacts, rejections: Parameters<typeof preempt>[2]): string | undefined {
    const preemption = preempt(pod, this.#state, rejections);
    const message = failureMessage(rejections, preemption);
    // It has been told, and the room that it waits for is on its way.
    if (preemption.type === 'underway') return undefined;
    if (preemption.type !== 'found') {
      this.#tell(pod, { message });
      return message;
    }
    const { node, victims } = preemption;
    this.#preempted++;
    this.actions.push(...preemptActions(pod, { node, victims, gone: this.#victims, now: this.#now }));
    for (const demoted of this.#state.nominatedTo(node.name)) {
      if (demoted.priority < pod.priority) this.actions.push(...withdrawActions(demoted.pod));
    }
    this.#state.nominate(pod, node);
    this.#tell(pod, { message, nominatedNodeName: node.name });
    return undefined;
  }

  #tell({ pod }: PodFacts, news: { readonly message: string; readonly nominatedNodeName?: string }): void {
    const isOld = isWaiting(pod) && news.nominatedNodeName === undefined;
    if (isOld && this.#told >= mostPodsTold) return;
    const actions = waitActions(pod, { ...news, now: this.#now });
    if (isOld) this.#told += Math.min(actions.length, 1);
    this.actions.push(...actions);
  }
}

/** A node that was promised to a less important pod is not any more. */
function withdrawActions(pod: Pod): readonly Action[] {
  if (!pod.status?.nominatedNodeName) return [];
  const { nominatedNodeName: _promised, ...status } = pod.status;
  return [{ type: 'updateStatus', object: { ...pod, status } }];
}

/** As long as the youngest has waited: soon at first, each time twice as long, at most a minute. */
function retryDelayMs(waiting: readonly PodFacts[], now: Date): number {
  let youngest = 0;
  for (const { pod } of waiting) {
    youngest = Math.max(youngest, Date.parse(unschedulable(pod)?.lastTransitionTime ?? '') || 0);
  }
  return Math.min(longestRetryMs, Math.max(shortestRetryMs, now.getTime() - youngest));
}
