import type { CronJob, CronJobStatus, Job, ObjectReference } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { finishedCondition } from '../job/job-facts.ts';
import type { News } from '../news.ts';
import { present } from '../present.ts';
import { scheduledTimeOf } from './cron-facts.ts';

/** What a CronJob's Jobs make of its status. */
export interface TrackedJobs {
  readonly status: CronJobStatus;
  readonly news: readonly News[];
}

/**
 * The status as it follows from the Jobs that there are: those of the schedule that still run, the last scheduled time
 * and the last success.
 */
export function trackJobs(cronJob: CronJob, jobs: readonly Job[]): TrackedJobs {
  const before = cronJob.status ?? {};
  const news: News[] = [];
  const byUid = new Map(jobs.map((job) => [job.metadata.uid ?? '', job]));
  const active: ObjectReference[] = [];
  for (const reference of before.active ?? []) {
    const job = byUid.get(reference.uid ?? '');
    const finished = job && finishedCondition(job);
    if (!job) news.push(normal('MissingJob', `Active job went missing: ${reference.name}`));
    else if (!finished) active.push(reference);
    else
      news.push(
        normal('SawCompletedJob', `Saw completed job: ${reference.name}, condition: ${finished.type}`),
      );
  }
  let lastScheduled = timeOf(before.lastScheduleTime);
  let lastSuccess = timeOf(before.lastSuccessfulTime);
  for (const job of jobs) {
    const scheduled = scheduledTimeOf(job, cronJob);
    if (scheduled) lastScheduled = Math.max(lastScheduled, scheduled.getTime());
    if (finishedCondition(job)?.type === 'Complete') {
      lastSuccess = Math.max(lastSuccess, timeOf(job.status?.completionTime));
    }
    if (finishedCondition(job) || active.some(({ uid }) => uid === job.metadata.uid)) continue;
    if (scheduled) active.push(referenceTo(job));
    else if (!job.status?.startTime && !job.status?.conditions) news.push(unexpected(job));
  }
  const status = present<CronJobStatus>({
    active: active.length > 0 ? active : undefined,
    lastScheduleTime: lastScheduled > 0 ? toTime(new Date(lastScheduled)) : undefined,
    lastSuccessfulTime: lastSuccess > 0 ? toTime(new Date(lastSuccess)) : undefined,
  });
  return { status, news };
}

function referenceTo(job: Job): ObjectReference {
  const { namespace = '', name, uid = '', resourceVersion } = job.metadata;
  const reference = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1' };
  return resourceVersion ? { ...reference, resourceVersion } : reference;
}

/** Told once, before the Job has started: `kubectl create job --from` makes such. */
function unexpected(job: Job): News {
  const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
  return { eventType: 'Warning', reason: 'UnexpectedJob', message };
}

function normal(reason: string, message: string): News {
  return { eventType: 'Normal', reason, message };
}

function timeOf(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time);
}
