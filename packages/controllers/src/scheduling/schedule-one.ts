import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { unschedulable } from './pod-queue.ts';
import { type Placement, Room } from './room.ts';

/** Binds the pod to the best node, or says why none can take it. */
export function scheduleOne(pod: Pod, view: ClusterView, now: Date): readonly Action[] {
  const result = new Room(view).find(pod);
  return result.node === undefined
    ? waitActions(pod, { message: result.message, now })
    : bindActions(pod, result);
}

export function bindActions(pod: Pod, placement: Placement): readonly Action[] {
  const { namespace, name, uid = '' } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${placement.node}`;
  return [
    { type: 'bind', key: keyOf('pods', pod), uid, ...placement },
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
