import type { Reconciler } from '../reconciler.ts';
import { placePods } from './place-pods.ts';
import { freshPods, isWaiting, waitingPods } from './pod-queue.ts';
import { schedulingKeys } from './wakes.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ */
export const scheduler: Reconciler = {
  name: 'default-scheduler',
  keysOf: schedulingKeys,
  reconcile: (key, view, { now, podsAtOnce }) => {
    if (key.name === freshPods.name)
      return placePods(view, { now, podsAtOnce, which: (pod) => !isWaiting(pod) });
    return key.name === waitingPods.name ? placePods(view, { now, podsAtOnce, which: () => true }) : [];
  },
};
