import type { CronJob, Job, ObjectReference } from '@berth/kinds';
import { acceptsObjects } from '../accepts-objects.ts';
import { jobsResource } from '../job/job-facts.ts';
import type { Action, ClusterView } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { jobNameAt } from './cron-facts.ts';
import { newJob } from './new-job.ts';

export interface RunRequest {
  readonly scheduled: Date;
  /** The CronJob's Jobs that still run. */
  readonly active: readonly ObjectReference[];
}

/** What starting the run of a scheduled time takes, by the concurrency policy; nothing if it was started already. */
export function startRun(
  cronJob: CronJob,
  { scheduled, active }: RunRequest,
  view: ClusterView,
): readonly Action[] {
  const { namespace = '' } = cronJob.metadata;
  const key = { resource: jobsResource, namespace, name: jobNameAt(cronJob, scheduled) };
  if (view.get(key) || !acceptsObjects(view, namespace)) return [];

  const policy = cronJob.spec.concurrencyPolicy ?? 'Allow';
  if (policy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    return [tell(cronJob, 'JobAlreadyActive', message)];
  }
  const replaced =
    policy === 'Replace' ? active.flatMap(({ name = '' }) => replace(cronJob, { ...key, name }, view)) : [];
  return [
    ...replaced,
    { type: 'create', object: newJob(cronJob, scheduled) },
    tell(cronJob, 'SuccessfulCreate', `Created job ${key.name}`),
  ];
}

export function deleteJob(cronJob: CronJob, job: Job): readonly Action[] {
  const { name, uid = '' } = job.metadata;
  return [
    { type: 'delete', key: keyOf(jobsResource, job), uid, propagationPolicy: 'Background' },
    tell(cronJob, 'SuccessfulDelete', `Deleted job ${name}`),
  ];
}

function replace(
  cronJob: CronJob,
  key: { resource: string; namespace: string; name: string },
  view: ClusterView,
): readonly Action[] {
  const job = view.get<Job>(key);
  return job && !job.metadata.deletionTimestamp ? deleteJob(cronJob, job) : [];
}

function tell(cronJob: CronJob, reason: string, message: string): Action {
  return { type: 'event', regarding: cronJob, eventType: 'Normal', reason, message };
}
