import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { PodFacts } from '@berth/scheduler';
import type { Action } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { unschedulable } from './pod-queue.ts';

/** Gives the pod to a node. */
export function bindActions({ pod, room }: PodFacts, node: string): readonly Action[] {
  const { namespace, name, uid = '' } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${node}`;
  return [
    { type: 'bind', key: keyOf('pods', pod), uid, room: { node, ...room } },
    { type: 'event', regarding: pod, eventType: 'Normal', reason: 'Scheduled', message },
  ];
}

export interface WaitNews {
  readonly message: string;
  /** The node on which room is being made for the pod; absent: none is, any more. */
  readonly nominatedNodeName?: string;
  readonly now: Date;
}

/** Nothing if the pod has been told so already. */
export function waitActions(pod: Pod, { message, nominatedNodeName, now }: WaitNews): readonly Action[] {
  const told = unschedulable(pod);
  const { nominatedNodeName: promised, conditions = [], ...status } = pod.status ?? {};
  if (told?.message === message && (promised || undefined) === nominatedNodeName) return [];
  const others = conditions.filter((condition) => condition.type !== 'PodScheduled');
  const condition: PodCondition = {
    type: 'PodScheduled',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: 'False',
    lastTransitionTime: told?.lastTransitionTime ?? toTime(now),
    reason: 'Unschedulable',
    message,
  };
  const next = {
    ...status,
    ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
    conditions: [...others, condition],
  };
  return [
    { type: 'updateStatus', object: { ...pod, status: next } },
    { type: 'event', regarding: pod, eventType: 'Warning', reason: 'FailedScheduling', message },
  ];
}
