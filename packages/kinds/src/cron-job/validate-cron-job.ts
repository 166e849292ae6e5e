import {
  CronScheduleError,
  type FieldError,
  type FieldPath,
  invalid,
  isTimeZone,
  type KubeObject,
  notSupported,
  parseCronSchedule,
  path,
  required,
} from '@berth/machinery';
import type { CronJobSpec, JobTemplateSpec } from '../generated/api-types.ts';
import { validateEnum, validateNonNegative } from '../pod-template/field-checks.ts';
import { validateJobSpec } from '../job/validate-job-spec.ts';
import { cronJobOf } from './cron-job-of.ts';

/** A job's name is the CronJob's, a dash and ten digits, and at most 63 characters. */
const maxNameLength = 52;
const specAt = path('spec');

/** All that upstream checks in a new CronJob beyond metadata. */
export function validateCronJobCreate(object: KubeObject): readonly FieldError[] {
  const { metadata, spec } = cronJobOf(object);
  const errors = validateSpec(spec, undefined);
  if (metadata.name.length <= maxNameLength) return errors;
  const detail = `must be no more than ${maxNameLength} characters`;
  return [...errors, invalid(path('metadata', 'name'), metadata.name, detail)];
}

export function validateCronJobUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  return validateSpec(cronJobOf(next).spec, cronJobOf(current).spec);
}

function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  const { schedule, timeZone } = spec;
  const scheduleAt = specAt.child('schedule');
  return [
    ...(schedule ? validateSchedule(spec, scheduleAt, old) : [required(scheduleAt)]),
    ...validateNonNegative(spec.startingDeadlineSeconds, specAt.child('startingDeadlineSeconds')),
    // A zone that was valid once does not hold up later updates.
    ...(timeZone !== undefined && timeZone !== old?.timeZone
      ? validateTimeZone(timeZone, specAt.child('timeZone'))
      : []),
    ...validateEnum(spec.concurrencyPolicy, specAt.child('concurrencyPolicy'), [
      'Allow',
      'Forbid',
      'Replace',
    ]),
    ...validateJobTemplate(spec.jobTemplate, specAt.child('jobTemplate', 'spec')),
    ...validateNonNegative(spec.successfulJobsHistoryLimit, specAt.child('successfulJobsHistoryLimit')),
    ...validateNonNegative(spec.failedJobsHistoryLimit, specAt.child('failedJobsHistoryLimit')),
  ];
}

function validateSchedule(
  { schedule, timeZone }: CronJobSpec,
  at: FieldPath,
  old: CronJobSpec | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  try {
    parseCronSchedule(schedule);
  } catch (error) {
    if (!(error instanceof CronScheduleError)) throw error;
    errors.push(invalid(at, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return errors;
  if (!old?.schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    return [...errors, invalid(at, schedule, detail)];
  }
  if (timeZone === undefined) return errors;
  const detail = 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
  return [...errors, invalid(at, schedule, detail)];
}

function validateTimeZone(timeZone: string, at: FieldPath): FieldError[] {
  if (timeZone === '') return [invalid(at, timeZone, 'timeZone must be nil or non-empty string')];
  const unknown = invalid(at, timeZone, `unknown time zone ${timeZone}`);
  const isWellFormed = timeZone
    .split('/')
    .every((part) => /^[A-Za-z.\-_0-9+]{1,14}$/.test(part) && !/^(?:\.{1,2}$|-)/.test(part));
  if (!isWellFormed) return [unknown];
  if (timeZone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    const local = invalid(at, timeZone, detail);
    // Only in this case is it a zone, if not one to be used.
    return timeZone === 'Local' ? [local] : [local, unknown];
  }
  return isTimeZone(timeZone) ? [] : [unknown];
}

/** Each run's job gets a selector of its own. */
function validateJobTemplate({ spec = { template: {} } }: JobTemplateSpec, at: FieldPath): FieldError[] {
  const errors = validateJobSpec(spec, at);
  if (spec.selector) {
    errors.push(invalid(at.child('selector'), spec.selector, '`selector` will be auto-generated'));
  }
  if (!spec.manualSelector) return errors;
  return [...errors, notSupported(at.child('manualSelector'), true, ['nil', 'false'])];
}
