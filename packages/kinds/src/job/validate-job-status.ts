import { type FieldError, invalid, type KubeObject, path, required, semanticEqual } from '@berth/machinery';
import type { Job, JobStatus } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { countIndexes, firstCommonIndex } from './index-intervals.ts';
import { hasJobCondition, isJobCondition, isJobFinished } from './job-conditions.ts';
import { omitValue } from './pod-failure-policy.ts';
import { validateUncountedPods } from './uncounted-pods.ts';
import { jobOf } from './job-of.ts';

const statusAt = path('status');
const conditionsAt = statusAt.child('conditions');

/** A status and the one before it, for the rules of this file. */
interface StatusUpdate {
  readonly next: Job;
  readonly current: Job;
  readonly status: JobStatus;
  readonly old: JobStatus;
}

/**
 * All that upstream's `ValidateJobUpdateStatus` checks beyond metadata. Most rules look only at what changes, so that
 * a status that has been wrong for long does not stand in the way of other updates.
 */
export function validateJobStatusUpdate(
  nextObject: KubeObject,
  currentObject: KubeObject,
): readonly FieldError[] {
  const [next, current] = [jobOf(nextObject), jobOf(currentObject)];
  const update: StatusUpdate = { next, current, status: next.status ?? {}, old: current.status ?? {} };
  return [
    ...(['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((field) =>
      validateNonNegative(update.status[field], statusAt.child(field)),
    ),
    ...validateUncountedPods(
      update.status.uncountedTerminatedPods,
      statusAt.child('uncountedTerminatedPods'),
    ),
    ...validateEndings(update),
    ...validateTimes(update),
    ...validateFinished(update),
    ...validateIndexes(update),
    ...validateSuccessCriteria(update),
    ...validateHistory(update),
  ];
}

function changes({ status, old }: StatusUpdate, ...types: readonly string[]): boolean {
  return types.some((type) => isJobCondition(status, type) !== isJobCondition(old, type));
}

function isChanged({ status, old }: StatusUpdate, ...fields: ReadonlyArray<keyof JobStatus>): boolean {
  return fields.some((field) => !semanticEqual(status[field] || undefined, old[field] || undefined));
}

/** Conditions that exclude or require each other. */
function validateEndings(update: StatusUpdate): FieldError[] {
  const { status } = update;
  const is = (type: string) => isJobCondition(status, type);
  const errors: FieldError[] = [];
  if (changes(update, 'Complete', 'Failed') && is('Complete') && is('Failed')) {
    errors.push(omitValue(conditionsAt, 'cannot set Complete=True and Failed=true conditions'));
  }
  if (changes(update, 'Complete', 'FailureTarget') && is('Complete') && is('FailureTarget')) {
    errors.push(omitValue(conditionsAt, 'cannot set Complete=True and FailureTarget=true conditions'));
  }
  const mayBeNewFailure = changes(update, 'Failed') || isChanged(update, 'failedIndexes');
  if (mayBeNewFailure && is('Failed') && !is('FailureTarget')) {
    const detail = 'cannot set Failed=True condition without the FailureTarget=true condition';
    errors.push(omitValue(conditionsAt, detail));
  }
  if (changes(update, 'Complete', 'SuccessCriteriaMet') && is('Complete') && !is('SuccessCriteriaMet')) {
    const detail = 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition';
    errors.push(omitValue(conditionsAt, detail));
  }
  return errors;
}

function validateTimes(update: StatusUpdate): FieldError[] {
  const { startTime, completionTime } = update.status;
  const at = statusAt.child('completionTime');
  const isComplete = isJobCondition(update.status, 'Complete');
  const errors: FieldError[] = [];
  if (changes(update, 'Complete') || isChanged(update, 'completionTime')) {
    if (completionTime && !isComplete) {
      const detail = 'cannot set completionTime when there is no Complete=True condition';
      errors.push(invalid(at, completionTime, detail));
    }
    if (!completionTime && isComplete) {
      errors.push(required(at, 'completionTime is required for Complete jobs'));
    }
  }
  if (!isChanged(update, 'startTime', 'completionTime') || !startTime || !completionTime) return errors;
  if (Date.parse(completionTime) >= Date.parse(startTime)) return errors;
  return [...errors, invalid(at, completionTime, 'must be equal to or after `startTime`')];
}

/** A job that has finished has nothing left that runs or waits to be counted. */
function validateFinished(update: StatusUpdate): FieldError[] {
  const { next, current, status } = update;
  const isFinished = isJobFinished(next);
  const isNew = isFinished !== isJobFinished(current);
  const { active = 0, ready, terminating = 0, uncountedTerminatedPods: uncounted } = status;
  const errors: FieldError[] = [];
  const check = (field: keyof JobStatus, isWrong: boolean, error: FieldError) => {
    if (isFinished && isWrong && (isNew || isChanged(update, field))) errors.push(error);
  };
  const { suspend, completions } = next.spec ?? {};
  check(
    'active',
    active > 0,
    invalid(statusAt.child('active'), active, 'active>0 is invalid for finished job'),
  );
  if (!(suspend === true && completions === 0)) {
    const missing = required(statusAt.child('startTime'), 'startTime is required for finished job');
    check('startTime', !status.startTime, missing);
  }
  const uncountedAt = statusAt.child('uncountedTerminatedPods');
  const uncountedPods = [...(uncounted?.failed ?? []), ...(uncounted?.succeeded ?? [])];
  const left = invalid(uncountedAt, uncounted, 'must be empty for finished job');
  check('uncountedTerminatedPods', uncountedPods.length > 0, left);
  const ending = invalid(
    statusAt.child('terminating'),
    terminating,
    'terminating>0 is invalid for finished job',
  );
  check('terminating', terminating > 0, ending);
  if (ready !== undefined && ready > active && isChanged(update, 'ready', 'active')) {
    errors.push(invalid(statusAt.child('ready'), ready, 'cannot set more ready pods than active'));
  }
  return errors;
}

function validateIndexes(update: StatusUpdate): FieldError[] {
  const { completedIndexes = '', failedIndexes } = update.status;
  const { completions, backoffLimitPerIndex, completionMode } = update.next.spec ?? {};
  const [completedAt, failedAt] = [statusAt.child('completedIndexes'), statusAt.child('failedIndexes')];
  const [isCompletedNew, isFailedNew] = [
    isChanged(update, 'completedIndexes'),
    isChanged(update, 'failedIndexes'),
  ];
  const errors: FieldError[] = [];
  if (isCompletedNew && completions !== undefined) {
    errors.push(...validateIndexText('completedIndexes', completedIndexes, completions));
  }
  const isPerIndex = backoffLimitPerIndex !== undefined;
  if (isFailedNew && completions !== undefined && isPerIndex && failedIndexes !== undefined) {
    errors.push(...validateIndexText('failedIndexes', failedIndexes, completions));
  }
  if (isCompletedNew && completedIndexes !== '' && completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid(completedAt, completedIndexes, detail));
  }
  if (isFailedNew && !isPerIndex && failedIndexes !== undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid(failedAt, failedIndexes, detail));
  }
  if ((!isCompletedNew && !isFailedNew) || completions === undefined || failedIndexes === undefined)
    return errors;
  const common = firstCommonIndex(completedIndexes, failedIndexes, completions);
  if (common === undefined) return errors;
  const detail = `failedIndexes and completedIndexes overlap at index: ${common}`;
  return [...errors, invalid(failedAt, failedIndexes, detail)];
}

function validateIndexText(field: string, text: string, completions: number): FieldError[] {
  try {
    countIndexes(text, completions);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return [invalid(statusAt.child(field), text, `error parsing ${field}: ${reason}`)];
  }
}

function validateSuccessCriteria({ next, status }: StatusUpdate): FieldError[] {
  const is = (type: string) => isJobCondition(status, type);
  const isMet = is('SuccessCriteriaMet');
  const errors: FieldError[] = [];
  if (isMet && is('Failed')) {
    errors.push(omitValue(conditionsAt, 'cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  }
  if (isMet && is('FailureTarget')) {
    const detail = 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions';
    errors.push(omitValue(conditionsAt, detail));
  }
  if (next.spec?.successPolicy && !isMet && is('Complete')) {
    const detail = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
    errors.push(omitValue(conditionsAt, detail));
  }
  return errors;
}

/** What has happened cannot unhappen. */
function validateHistory(update: StatusUpdate): FieldError[] {
  const { next, status, old } = update;
  const [is, was] = [status, old].map((of) => (type: string) => isJobCondition(of, type)) as [Is, Is];
  const { completions, parallelism, completionMode, suspend } = next.spec ?? {};
  const errors = ['Failed', 'Complete', 'FailureTarget']
    .filter((type) => was(type) && !is(type))
    .map((type) => omitValue(conditionsAt, `cannot disable the terminal ${type}=True condition`));
  // Indexed jobs that run all their indexes at once can shrink.
  const canShrink = completionMode === 'Indexed' && completions === parallelism;
  for (const field of canShrink ? (['failed'] as const) : (['failed', 'succeeded'] as const)) {
    const count = status[field] ?? 0;
    if (count >= (old[field] ?? 0)) continue;
    errors.push(invalid(statusAt.child(field), count, `cannot decrease the ${field} counter`));
  }
  if (status.completionTime && old.completionTime && isChanged(update, 'completionTime')) {
    errors.push(invalid(statusAt.child('completionTime'), status.completionTime, 'field is immutable'));
  }
  const isResuming = was('Suspended') && hasJobCondition(status, 'Suspended', 'False');
  if (old.startTime && isChanged(update, 'startTime') && !isResuming && suspend !== true) {
    const detail = 'field is immutable for unsuspended job once set';
    errors.push(invalid(statusAt.child('startTime'), status.startTime, detail));
  }
  if (was('SuccessCriteriaMet') && !is('SuccessCriteriaMet')) {
    errors.push(omitValue(conditionsAt, 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (was('Complete') && !was('SuccessCriteriaMet') && is('SuccessCriteriaMet')) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    errors.push(omitValue(conditionsAt, detail));
  }
  return errors;
}

type Is = (type: string) => boolean;
