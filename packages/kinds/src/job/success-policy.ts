import {
  byteLength,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooLong,
  tooMany,
} from '@berth/machinery';
import type { JobSpec, SuccessPolicyRule } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { countIndexes } from './index-intervals.ts';

const maxRules = 20;
const maxIndexesBytes = 64 * 1024;

/** Which indexes suffice for an indexed job to succeed. `at` is that of the policy. */
export function validateSuccessPolicy({ successPolicy, completions }: JobSpec, at: FieldPath): FieldError[] {
  const rules = successPolicy?.rules ?? [];
  const rulesAt = at.child('rules');
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(required(rulesAt, detail));
  }
  if (rules.length > maxRules) errors.push(tooMany(rulesAt, rules.length, maxRules));
  // That there are no completions is said elsewhere.
  return [
    ...errors,
    ...rules.flatMap((rule, index) => validateRule(rule, rulesAt.index(index), completions ?? 0)),
  ];
}

function validateRule(rule: SuccessPolicyRule, at: FieldPath, completions: number): FieldError[] {
  const { succeededIndexes, succeededCount } = rule;
  const errors: FieldError[] = [];
  if (succeededIndexes === undefined && succeededCount === undefined) {
    errors.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (succeededIndexes !== undefined) {
    const indexesAt = at.child('succeededIndexes');
    if (byteLength(succeededIndexes) > maxIndexesBytes) errors.push(tooLong(indexesAt, maxIndexesBytes));
    try {
      total = countIndexes(succeededIndexes, completions);
    } catch (error) {
      const detail = `error parsing succeededIndexes: ${error instanceof Error ? error.message : ''}`;
      errors.push(invalid(indexesAt, succeededIndexes, detail));
    }
  }
  if (succeededCount === undefined) return errors;
  const countAt = at.child('succeededCount');
  errors.push(...validateNonNegative(succeededCount, countAt));
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalid(countAt, succeededCount, detail));
  }
  if (succeededIndexes !== undefined && succeededCount > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(countAt, succeededCount, detail));
  }
  return errors;
}
