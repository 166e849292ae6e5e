import type { CronJob, Job } from '@berth/kinds';
import { isControlledBy } from '../ownership.ts';

export const cronJobsResource = 'cronjobs.batch';
/** On a Job: the time that it was due, in the CronJob's time zone. */
export const scheduledTimestampAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const msPerMinute = 60_000;

/**
 * `<cronjob>-<scheduled minute since the epoch>`. The name is the lock that makes a run exist once, however often it is
 * tried.
 */
export function jobNameAt(cronJob: CronJob, scheduled: Date): string {
  return `${cronJob.metadata.name}-${Math.floor(scheduled.getTime() / msPerMinute)}`;
}

/** When a Job that the CronJob made was due; undefined for one that somebody else made under its name. */
export function scheduledTimeOf(job: Job, cronJob: CronJob): Date | undefined {
  const annotation = job.metadata.annotations?.[scheduledTimestampAnnotation];
  const scheduled = annotation === undefined ? undefined : new Date(annotation);
  if (!scheduled || Number.isNaN(scheduled.getTime()) || !isControlledBy(job, cronJob)) return undefined;
  return jobNameAt(cronJob, scheduled) === job.metadata.name ? scheduled : undefined;
}
