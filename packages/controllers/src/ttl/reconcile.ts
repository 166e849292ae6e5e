import type { Job } from '@berth/kinds';
import { finishedCondition, jobsResource } from '../job/job-facts.ts';
import type { Action, Reconciler } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/ */
export const ttlAfterFinishedController: Reconciler = {
  name: 'ttl-after-finished-controller',
  keysOf: ({ resource, after }) => {
    if (resource !== jobsResource || !after) return [];
    return expiryOf(after as Job) === undefined ? [] : [keyOf(resource, after)];
  },
  reconcile: (key, view, { now }): readonly Action[] => {
    const job = view.get<Job>(key);
    const expiry = job && expiryOf(job);
    if (!job || expiry === undefined) return [];
    if (expiry > now.getTime()) return [{ type: 'wakeAt', at: new Date(expiry) }];
    return [{ type: 'delete', key, uid: job.metadata.uid ?? '', propagationPolicy: 'Foreground' }];
  },
};

/** When a finished Job has outlived its `ttlSecondsAfterFinished`, in milliseconds; undefined while that is open. */
function expiryOf(job: Job): number | undefined {
  const seconds = job.spec?.ttlSecondsAfterFinished;
  const finishedAt = finishedCondition(job)?.lastTransitionTime;
  if (seconds === undefined || finishedAt === undefined || job.metadata.deletionTimestamp) return undefined;
  return Date.parse(finishedAt) + seconds * 1000;
}
