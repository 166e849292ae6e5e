import type { Reconciler } from '../reconciler.ts';
import { reconcileStatefulSet } from './reconcile-stateful-set.ts';
import { statefulSetKeys } from './stateful-set-keys.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
export const statefulSetController: Reconciler = {
  name: 'statefulset-controller',
  keysOf: statefulSetKeys,
  reconcile: reconcileStatefulSet,
};
