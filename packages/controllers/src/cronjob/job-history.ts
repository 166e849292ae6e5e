import type { CronJob, Job } from '@berth/kinds';
import { finishedCondition } from '../job/job-facts.ts';

/** The finished Jobs that the history limits leave no room for: the oldest of each outcome. */
export function jobsBeyondHistory(cronJob: CronJob, jobs: readonly Job[]): readonly Job[] {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
  const ended = (type: string): Job[] => jobs.filter((job) => finishedCondition(job)?.type === type);
  return [
    ...oldest(ended('Complete'), successfulJobsHistoryLimit),
    ...oldest(ended('Failed'), failedJobsHistoryLimit),
  ].filter((job) => !job.metadata.deletionTimestamp);
}

function oldest(jobs: readonly Job[], limit: number | undefined): readonly Job[] {
  if (limit === undefined || jobs.length <= limit) return [];
  return [...jobs].sort(byStart).slice(0, jobs.length - limit);
}

function byStart(left: Job, right: Job): number {
  return startOf(left) - startOf(right) || (left.metadata.name < right.metadata.name ? -1 : 1);
}

function startOf(job: Job): number {
  return Date.parse(job.status?.startTime ?? job.metadata.creationTimestamp ?? '') || 0;
}
