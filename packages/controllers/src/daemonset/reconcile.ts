import type { Reconciler } from '../reconciler.ts';
import { daemonSetControllerName } from './daemon-set-facts.ts';
import { daemonSetKeys } from './daemon-set-keys.ts';
import { reconcileDaemonSet } from './reconcile-daemon-set.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/ */
export const daemonSetController: Reconciler = {
  name: daemonSetControllerName,
  keysOf: daemonSetKeys,
  reconcile: reconcileDaemonSet,
};
