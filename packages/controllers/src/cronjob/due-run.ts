import type { CronJob, CronJobSpec } from '@berth/kinds';
import { CronScheduleError, isTimeZone, latestCronTime, parseCronSchedule } from '@berth/machinery';
import type { News } from '../news.ts';

/** What a CronJob's schedule says at a time. */
export interface DueRun {
  /** The latest scheduled time that was not run yet, if there is one. */
  readonly scheduled: Date | undefined;
  /** The next one after now. */
  readonly next: Date | undefined;
  readonly news: readonly News[];
}

const nothingDue: Omit<DueRun, 'news'> = { scheduled: undefined, next: undefined };

/**
 * The run that a CronJob owes. Of runs that were missed, only the latest is caught up on, and only within
 * `startingDeadlineSeconds`. https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#jobtemplate
 *
 * @param since the last scheduled time that was run, or the CronJob's creation.
 */
export function dueRun(cronJob: CronJob, { since, now }: { since: Date; now: Date }): DueRun {
  const { schedule: text, timeZone, startingDeadlineSeconds } = cronJob.spec;
  const problem = scheduleProblem(cronJob.spec);
  if (problem) return { ...nothingDue, news: [problem] };
  const schedule = parseCronSchedule(text);
  const deadlineMs = startingDeadlineSeconds === undefined ? undefined : startingDeadlineSeconds * 1000;
  const after =
    deadlineMs === undefined ? since : new Date(Math.max(since.getTime(), now.getTime() - deadlineMs));
  const { time, missed } = latestCronTime(schedule, { after, now, timeZone });
  const news = missed === 'many' ? [tooManyMissed] : [];
  return { scheduled: time, next: schedule.next(now, timeZone), news };
}

const tooManyMissed: News = {
  eventType: 'Warning',
  reason: 'TooManyMissedTimes',
  message: 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
};

/** The API refuses such specs; objects from before a stricter version may still have them. */
function scheduleProblem({ schedule, timeZone }: CronJobSpec): News | undefined {
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
    return { eventType: 'Warning', reason: 'UnknownTimeZone', message };
  }
  try {
    parseCronSchedule(schedule);
    return undefined;
  } catch (error) {
    if (!(error instanceof CronScheduleError)) throw error;
    const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`;
    return { eventType: 'Warning', reason: 'UnparseableSchedule', message };
  }
}
