import type { Pod } from '@berth/kinds';
import type { Reconciler } from '../reconciler.ts';
import { isUnassigned, schedulingKeys, waitingPods } from './pod-queue.ts';
import { retryWaiting } from './retry-waiting.ts';
import { scheduleOne } from './schedule-one.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ */
export const scheduler: Reconciler = {
  name: 'default-scheduler',
  keysOf: schedulingKeys,
  reconcile: (key, view, { now }) => {
    if (key.name === waitingPods.name) return retryWaiting(view, now);
    const pod = view.get<Pod>(key);
    return pod && isUnassigned(pod) ? scheduleOne(pod, view, now) : [];
  },
};
