import type { Pod } from '@berth/kinds';
import type { PodFacts } from '@berth/scheduler';
import type { ReconcileKey } from '../reconciler.ts';

const ownName = 'default-scheduler';

/** Stands for all pods that found no node: they are tried again together. */
export const waitingPods: ReconcileKey = { resource: 'pods', namespace: '', name: '' };

/** Stands for all pods that have not been tried yet, so that the most important one is tried first. */
export const freshPods: ReconcileKey = { resource: 'pods', namespace: '', name: 'fresh' };

/** A pod that this scheduler is to find a node for. */
export function isUnassigned(pod: Pod): boolean {
  const { schedulerName = ownName, nodeName, schedulingGates = [] } = pod.spec ?? {};
  if (schedulerName !== ownName || nodeName || schedulingGates.length > 0) return false;
  return !pod.metadata.deletionTimestamp && !isEnded(pod);
}

/** Whether the scheduler has said of the pod that no node can take it. */
export function isWaiting(pod: Pod): boolean {
  return isUnassigned(pod) && unschedulable(pod) !== undefined;
}

/** The condition that says why no node can take the pod. */
export function unschedulable(pod: Pod) {
  return pod.status?.conditions?.find(
    ({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
  );
}

/** Takes room on a node. */
export function isAssigned(pod: Pod): boolean {
  return Boolean(pod.spec?.nodeName) && !isEnded(pod);
}

function isEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** As upstream's queue: the more important first, among equals the older. */
export function inQueueOrder(left: PodFacts, right: PodFacts): number {
  return right.priority - left.priority || left.createdMs - right.createdMs;
}
