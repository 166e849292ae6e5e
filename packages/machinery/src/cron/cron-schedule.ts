import { Cron } from 'croner';
import { LRUCache } from 'lru-cache';
import { BerthError } from '../errors/berth-error.ts';
import { type CronField, type CronFields, parseCronFields } from './cron-fields.ts';
import { parseGoDuration } from './go-duration.ts';
import { firstOffsetChangeMs, isTimeZone, zoneOffsetMs } from './time-zone.ts';

/** `spec.schedule` of a CronJob, parsed. Immutable and free of I/O; times are whole seconds. */
export interface CronSchedule {
  /**
   * The first scheduled time after `after`, by the wall clock of `timeZone` (an IANA name that {@link isTimeZone}
   * accepts; default UTC). Undefined when the next five years have none (30 February).
   *
   * Where clocks go forward, times that the wall clock skips do not occur: that day's run is skipped. Where they go
   * back, times that the wall clock shows twice occur twice. Both as Kubernetes' own library does.
   */
  next(after: Date, timeZone?: string): Date | undefined;
}

/** A schedule that Kubernetes refuses too; the message is the one that its API shows. */
export class CronScheduleError extends BerthError {
  constructor(message: string) {
    super('CronScheduleInvalid', message);
  }
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A controller reads the same few schedules over and over, and reading takes ten times as long as the next time does. */
const known = new LRUCache<string, CronSchedule>({
  max: 2_000,
  maxEntrySize: 200,
  sizeCalculation: (_schedule, spec) => spec.length,
});

/**
 * Reads a schedule as Kubernetes does: five fields, `@` names, `@every <duration>`. Throws {@link CronScheduleError}.
 * A leading `TZ=` or `CRON_TZ=` fixes the zone; the API refuses it in new objects, but the format has it.
 */
export function parseCronSchedule(spec: string): CronSchedule {
  const parsed = known.get(spec);
  if (parsed) return parsed;
  try {
    const schedule = parse(spec);
    known.set(spec, schedule);
    return schedule;
  } catch (error) {
    if (error instanceof CronScheduleError || !(error instanceof Error)) throw error;
    throw new CronScheduleError(error.message);
  }
}

function parse(spec: string): CronSchedule {
  if (spec === '') throw new Error('empty spec string');
  if (/^(?:CRON_)?TZ=/.test(spec)) return parseZoned(spec);
  if (spec.startsWith('@every ')) return everySchedule(spec);
  if (!spec.startsWith('@')) return fieldsSchedule(parseCronFields(spec));
  const fields = nicknames[spec];
  if (fields === undefined) throw new Error(`unrecognized descriptor: ${spec}`);
  return fieldsSchedule(parseCronFields(fields));
}

function parseZoned(spec: string): CronSchedule {
  const space = spec.indexOf(' ');
  // The library that Kubernetes uses panics here, and this is how its API reports it.
  if (space < 0) throw new Error('invalid schedule format: runtime error: slice bounds out of range [:-1]');
  const timeZone = spec.slice(spec.indexOf('=') + 1, space);
  if (!isTimeZone(timeZone))
    throw new Error(`provided bad location ${timeZone}: unknown time zone ${timeZone}`);
  const rest = spec.slice(space).trim();
  const schedule = rest === '' ? fieldsSchedule(parseCronFields(rest)) : parse(rest);
  return { next: (after) => schedule.next(after, timeZone) };
}

function everySchedule(spec: string): CronSchedule {
  let durationMs: number;
  try {
    durationMs = parseGoDuration(spec.slice('@every '.length));
  } catch (error) {
    throw new Error(`failed to parse duration ${spec}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  const delayMs = Math.max(1_000, Math.floor(durationMs / 1_000) * 1_000);
  return { next: (after) => new Date(wholeSecondMs(after) + delayMs) };
}

function fieldsSchedule(fields: CronFields): CronSchedule {
  if (Object.values<CronField>({ ...fields }).some((field) => field.values.size === 0)) {
    return { next: () => undefined };
  }
  const wallClock = new Cron(cronerPattern(fields), { mode: '5-part', utcOffset: 0 });
  return withRecentGaps((after, timeZone) => nextInZone(wallClock, wholeSecondMs(after), timeZone));
}

/** Between these the schedule has no time: whatever is asked for after `fromMs` and before `untilMs` is `untilMs`. */
interface Gap {
  readonly timeZone: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** As many as a controller moves between: before the run that is due, and after it. */
const gapsKept = 4;

/** Remembers the last few answers: whoever asks for the next time asks again before it has come. */
function withRecentGaps(next: (after: Date, timeZone: string) => Date | undefined): CronSchedule {
  let gaps: readonly Gap[] = [];
  return {
    next: (after, timeZone = 'UTC') => {
      const afterMs = after.getTime();
      const known = gaps.find(
        (gap) => gap.timeZone === timeZone && gap.fromMs <= afterMs && afterMs < gap.untilMs,
      );
      if (known) return new Date(known.untilMs);
      const found = next(after, timeZone);
      if (!found) return undefined;
      gaps = [{ timeZone, fromMs: afterMs, untilMs: found.getTime() }, ...gaps.slice(0, gapsKept - 1)];
      return found;
    },
  };
}

/** Plain lists, which leave croner nothing to read in its own way; `*` where a day field leaves days to the other. */
function cronerPattern(fields: CronFields): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = fields;
  return [minute, hour, dayOfMonth, month, dayOfWeek]
    .map((field) => (field.star ? '*' : [...field.values].sort((a, b) => a - b).join(',')))
    .join(' ');
}

/**
 * croner steps over wall clock times as if they were UTC; this places them on the time line, one stretch of constant
 * offset after the other, so that what a stretch's wall clock shows, and only that, occurs.
 */
function nextInZone(wallClock: Cron, afterMs: number, timeZone: string): Date | undefined {
  let fromMs = afterMs;
  let offsetMs = zoneOffsetMs(timeZone, fromMs);
  const lastYear = new Date(fromMs + offsetMs).getUTCFullYear() + 5;
  for (;;) {
    const wall = wallClock.nextRun(new Date(fromMs + offsetMs));
    if (!wall || wall.getUTCFullYear() > lastYear) return undefined;
    const candidateMs = wall.getTime() - offsetMs;
    const changeMs = firstOffsetChangeMs(timeZone, { afterMs: fromMs, untilMs: candidateMs, offsetMs });
    if (changeMs === undefined) return new Date(candidateMs);
    offsetMs = zoneOffsetMs(timeZone, changeMs);
    fromMs = changeMs - 1_000;
  }
}

function wholeSecondMs(date: Date): number {
  return Math.floor(date.getTime() / 1_000) * 1_000;
}
