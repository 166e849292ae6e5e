import {
  checkQualifiedName,
  compareQuantities,
  type FieldError,
  type FieldPath,
  invalid,
} from '@berth/machinery';

const notNegative = 'must be greater than or equal to 0';
const positive = 'must be greater than 0';

/** A whole number from `least` (0 or 1) on. */
export function validateCount(value: number | undefined, at: FieldPath, least: 0 | 1): FieldError[] {
  if (value === undefined || value >= least) return [];
  return [invalid(at, value, least === 0 ? notNegative : positive)];
}

/** An amount that is not below zero. */
export function validateAmount(value: string | undefined, at: FieldPath): FieldError[] {
  return value !== undefined && compareQuantities(value, '0') < 0 ? [invalid(at, value, notNegative)] : [];
}

/** A resource's name as quotas write it: `pods`, `jobs.batch`, `example.com/gpu`. */
export function validateResourceName(name: string, at: FieldPath): FieldError[] {
  return checkQualifiedName(name).map((problem) => invalid(at, name, problem));
}
