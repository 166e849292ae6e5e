import { type FieldError, invalid } from '../field-errors/field-error.ts';
import type { FieldPath } from '../field-errors/path.ts';
import { regexExplanation } from '../names/explain.ts';

/** A number, or a percentage of something as `25%`. */
export type IntOrPercent = number | string;

const percentPattern = /^[0-9]+%$/;
const percentExplanation = regexExplanation(
  "a valid percent string must be a numeric string followed by an ending '%'",
  '[0-9]+%',
  ['1%', '93%'],
);

/** The number before the `%`; undefined for what is no percentage. */
export function percentOf(value: IntOrPercent): number | undefined {
  return typeof value === 'string' && percentPattern.test(value) ? Number(value.slice(0, -1)) : undefined;
}

/** The number that a value stands for, where a percentage is one of `total`. What is neither counts as 0. */
export function scaledIntOrPercent(value: IntOrPercent, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const scaled = ((percentOf(value) ?? 0) * total) / 100;
  return rounding === 'up' ? Math.ceil(scaled) : Math.floor(scaled);
}

/** A number of at least 0, or a percentage. */
export function validateIntOrPercent(value: IntOrPercent, at: FieldPath): FieldError[] {
  if (typeof value === 'string')
    return percentOf(value) === undefined ? [invalid(at, value, percentExplanation)] : [];
  return value < 0 ? [invalid(at, value, 'must be greater than or equal to 0')] : [];
}

/** A percentage of at most 100; anything else is fine. */
export function validateAtMost100Percent(value: IntOrPercent, at: FieldPath): FieldError[] {
  return (percentOf(value) ?? 0) > 100 ? [invalid(at, value, 'must not be greater than 100%')] : [];
}
