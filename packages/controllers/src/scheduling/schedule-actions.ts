import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { PodFacts } from '@berth/scheduler';
import type { Action } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { unschedulable } from './pod-queue.ts';

/** Gives the pod to a node. */
export function bindActions({ pod, requests }: PodFacts, node: string): readonly Action[] {
  const { namespace, name, uid = '' } = pod.metadata;
  const { cpuMillis, memoryBytes } = requests;
  const message = `Successfully assigned ${namespace}/${name} to ${node}`;
  return [
    { type: 'bind', key: keyOf('pods', pod), uid, node, cpuMillis, memoryBytes },
    { type: 'event', regarding: pod, eventType: 'Normal', reason: 'Scheduled', message },
  ];
}

/** Nothing if the pod has been told so already. */
export function waitActions(pod: Pod, { message, now }: { message: string; now: Date }): readonly Action[] {
  const told = unschedulable(pod);
  if (told?.message === message) return [];
  const conditions = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
  const condition: PodCondition = {
    type: 'PodScheduled',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: 'False',
    lastTransitionTime: told?.lastTransitionTime ?? toTime(now),
    reason: 'Unschedulable',
    message,
  };
  const status = { ...pod.status, conditions: [...conditions, condition] };
  return [
    { type: 'updateStatus', object: { ...pod, status } },
    { type: 'event', regarding: pod, eventType: 'Warning', reason: 'FailedScheduling', message },
  ];
}
