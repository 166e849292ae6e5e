import type { Reconciler } from '../reconciler.ts';
import { jobKeys } from './job-keys.ts';
import { reconcileJob } from './reconcile-job.ts';
import { reconcilePod } from './reconcile-pod.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
export const jobController: Reconciler = {
  name: 'job-controller',
  keysOf: jobKeys,
  reconcile: (key, view, context) =>
    key.resource === 'pods' ? reconcilePod(key, view) : reconcileJob(key, view, context),
};
