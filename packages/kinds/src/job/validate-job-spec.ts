import {
  byteLength,
  checkDns1123Subdomain,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  regexExplanation,
  required,
  tooLong,
} from '@berth/machinery';
import type { JobSpec } from '../generated/api-types.ts';
import { invalidFor, validateNonNegative, validateOptionalEnum } from '../pod-template/field-checks.ts';
import { validatePodTemplate } from '../pod-template/validate-pod-template.ts';
import { validatePodFailurePolicy } from './pod-failure-policy.ts';
import { validateSuccessPolicy } from './success-policy.ts';

const maxIndexedParallelism = 100_000;
const maxFailedIndexes = 100_000;
/** From this many completions on, failures must be bounded to keep the status small. */
const manyCompletions = 100_000;
const maxForManyCompletions = 10_000;
const maxManagedByBytes = 63;

/** What holds for a job's spec also where it is a CronJob's template: all but the selector. */
export function validateJobSpec(spec: JobSpec, at: FieldPath): FieldError[] {
  return [
    ...validateCounts(spec, at),
    ...validateManagedBy(spec.managedBy, at.child('managedBy')),
    ...validateCompletionMode(spec, at),
    ...(spec.podFailurePolicy ? validatePodFailurePolicy(spec, at.child('podFailurePolicy')) : []),
    ...validateSuccess(spec, at.child('successPolicy')),
    ...validateOptionalEnum(
      spec.podReplacementPolicy,
      at.child('podReplacementPolicy'),
      spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
    ),
    ...validatePodTemplate(spec.template, at.child('template')),
    ...validateRestartPolicy(spec, at.child('template', 'spec', 'restartPolicy')),
  ];
}

function validateCounts(spec: JobSpec, at: FieldPath): FieldError[] {
  const errors = (
    [
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
      'backoffLimitPerIndex',
      'maxFailedIndexes',
    ] as const
  ).flatMap((field) => validateNonNegative(spec[field], at.child(field)));
  if (spec.maxFailedIndexes === undefined || spec.backoffLimitPerIndex !== undefined) return errors;
  return [...errors, required(at.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified')];
}

const pathFormat = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const pathRegex = new RegExp(`^${pathFormat}$`);

/** `acme.io/controller` */
function validateManagedBy(manager: string | undefined, at: FieldPath): FieldError[] {
  if (manager === undefined) return [];
  const errors = validateDomainPath(manager, at);
  return byteLength(manager) > maxManagedByBytes ? [...errors, tooLong(at, maxManagedByBytes)] : errors;
}

function validateDomainPath(value: string, at: FieldPath): FieldError[] {
  if (value === '') return [required(at)];
  const slash = value.indexOf('/');
  const [host, path] = [value.slice(0, Math.max(0, slash)), value.slice(slash + 1)];
  if (host === '' || path === '') {
    return [invalid(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = invalidFor({ at, value: host }, checkDns1123Subdomain(host));
  if (pathRegex.test(path)) return errors;
  return [...errors, invalid(at, path, regexExplanation('Invalid path', pathFormat))];
}

function validateCompletionMode(spec: JobSpec, at: FieldPath): FieldError[] {
  const { completionMode = 'NonIndexed', backoffLimitPerIndex, maxFailedIndexes: failedIndexes } = spec;
  const modes = ['NonIndexed', 'Indexed'];
  if (completionMode === 'Indexed') return validateIndexed(spec, at);
  if (!modes.includes(completionMode))
    return [notSupported(at.child('completionMode'), completionMode, modes)];
  const errors: FieldError[] = [];
  for (const [field, value] of Object.entries({ backoffLimitPerIndex, maxFailedIndexes: failedIndexes })) {
    if (value !== undefined) errors.push(invalid(at.child(field), value, 'requires indexed completion mode'));
  }
  return errors;
}

function validateIndexed(spec: JobSpec, at: FieldPath): FieldError[] {
  const { completions, parallelism, maxFailedIndexes: failedIndexes } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) {
    errors.push(required(at.child('completions'), 'when completion mode is Indexed'));
  }
  if ((parallelism ?? 0) > maxIndexedParallelism) {
    const detail = `must be less than or equal to ${maxIndexedParallelism} when completion mode is Indexed`;
    errors.push(invalid(at.child('parallelism'), parallelism, detail));
  }
  const failedAt = at.child('maxFailedIndexes');
  if (completions !== undefined && (failedIndexes ?? 0) > completions) {
    errors.push(invalid(failedAt, failedIndexes, 'must be less than or equal to completions'));
  }
  if ((failedIndexes ?? 0) > maxFailedIndexes) {
    errors.push(invalid(failedAt, failedIndexes, `must be less than or equal to ${maxFailedIndexes}`));
  }
  const isLarge = (completions ?? 0) > manyCompletions && spec.backoffLimitPerIndex !== undefined;
  return isLarge ? [...errors, ...validateLargeIndexed(spec, at)] : errors;
}

function validateLargeIndexed(
  { parallelism, maxFailedIndexes: failed }: JobSpec,
  at: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const detail = `must be less than or equal to ${maxForManyCompletions} when completions are above ${manyCompletions} and used with backoff limit per index`;
  const failedAt = at.child('maxFailedIndexes');
  if (failed === undefined) {
    errors.push(required(failedAt, `must be specified when completions is above ${manyCompletions}`));
  }
  if ((parallelism ?? 0) > maxForManyCompletions) {
    errors.push(invalid(at.child('parallelism'), parallelism, detail));
  }
  if ((failed ?? 0) > maxForManyCompletions) errors.push(invalid(failedAt, failed, detail));
  return errors;
}

function validateSuccess(spec: JobSpec, at: FieldPath): FieldError[] {
  if (!spec.successPolicy) return [];
  if (spec.completionMode === 'Indexed') return validateSuccessPolicy(spec, at);
  return [invalid(at, spec.successPolicy, 'requires indexed completion mode')];
}

/** A pod that restarts for ever never completes. */
function validateRestartPolicy({ template, podFailurePolicy }: JobSpec, at: FieldPath): FieldError[] {
  const policy: string = template.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') {
    return [required(at, 'valid values: "OnFailure", "Never"')];
  }
  const errors = validateOptionalEnum(policy, at, ['OnFailure', 'Never']);
  if (errors.length > 0 || !podFailurePolicy || policy === 'Never') return errors;
  return [invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}
