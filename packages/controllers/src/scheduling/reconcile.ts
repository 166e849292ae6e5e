import type { Reconciler } from '../reconciler.ts';
import { freshPods, isWaiting, schedulingKeys, waitingPods } from './pod-queue.ts';
import { placePods } from './place-pods.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ */
export const scheduler: Reconciler = {
  name: 'default-scheduler',
  keysOf: schedulingKeys,
  reconcile: (key, view, { now }) => {
    if (key.name === freshPods.name) return placePods(view, { now, which: (pod) => !isWaiting(pod) });
    return key.name === waitingPods.name ? placePods(view, { now, which: () => true }) : [];
  },
};
