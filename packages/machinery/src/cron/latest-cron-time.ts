import type { CronSchedule } from './cron-schedule.ts';

/** What a schedule owes between a CronJob's last run and now. */
export interface LatestCronTime {
  /** The latest scheduled time that is not after now; undefined when none was missed. */
  readonly time: Date | undefined;
  /** How many were missed, judged as Kubernetes does: by the distance of the first two. `many` is more than 100. */
  readonly missed: 'none' | 'few' | 'many';
}

/**
 * The latest scheduled time t with `after` < t <= `now`: the only one that is caught up on, however many were missed.
 * Costs a handful of steps, whatever the distance.
 */
export function latestCronTime(
  schedule: CronSchedule,
  { after, now, timeZone = 'UTC' }: { after: Date; now: Date; timeZone?: string | undefined },
): LatestCronTime {
  const first = schedule.next(after, timeZone);
  if (!first || first > now) return { time: undefined, missed: 'none' };
  const second = schedule.next(first, timeZone);
  if (!second || second > now) return { time: first, missed: 'few' };
  const intervalMs = second.getTime() - first.getTime();
  const missedCount = Math.floor((now.getTime() - first.getTime()) / intervalMs) + 1;
  const missed = missedCount > 100 ? 'many' : 'few';
  // Schedules can be denser at one time of the day or year than at another, so the window grows until it holds a time.
  for (let windowMs = 2 * intervalMs; ; windowMs *= 2) {
    const from = new Date(Math.max(second.getTime() - 1_000, now.getTime() - windowMs));
    const time = lastWithin(schedule, { from, now, timeZone });
    if (time) return { time, missed };
  }
}

function lastWithin(
  schedule: CronSchedule,
  { from, now, timeZone }: { from: Date; now: Date; timeZone: string },
): Date | undefined {
  let last: Date | undefined;
  for (let time = schedule.next(from, timeZone); time && time <= now; time = schedule.next(time, timeZone)) {
    last = time;
  }
  return last;
}
