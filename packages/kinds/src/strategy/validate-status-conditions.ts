import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  regexExplanation,
  required,
  tooLong,
} from '@berth/machinery';
import type { Condition } from '../generated/api-types.ts';
import { validateQualifiedName } from '../pod-template/field-checks.ts';

const longestReason = 1024;
const longestMessage = 32 * 1024;
const reasonPattern = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const reasonExplanation = regexExplanation(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?',
  ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB'],
);

/** Conditions of the form that `meta/v1` gives them: all that upstream's `ValidateConditions` checks. */
export function validateStatusConditions(
  conditions: readonly Condition[] | undefined,
  at: FieldPath,
): FieldError[] {
  const seen = new Set<string>();
  return (conditions ?? []).flatMap((condition, index) => {
    const errors = seen.has(condition.type) ? [duplicate(at.index(index).child('type'), condition.type)] : [];
    seen.add(condition.type);
    return [...errors, ...validateCondition(condition, at.index(index))];
  });
}

/** What a client leaves out may be absent. */
function validateCondition(condition: Partial<Condition>, at: FieldPath): FieldError[] {
  const { type = '', status = '', reason, message = '' } = condition;
  const { observedGeneration = 0, lastTransitionTime } = condition;
  const errors = validateQualifiedName(type, at.child('type'));
  if (!['False', 'True', 'Unknown'].includes(status)) {
    errors.push(notSupported(at.child('status'), status, ['False', 'True', 'Unknown']));
  }
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalid(at.child('observedGeneration'), observedGeneration, detail));
  }
  if (!lastTransitionTime) errors.push(required(at.child('lastTransitionTime'), 'must be set'));
  if (!reason) errors.push(required(at.child('reason'), 'must be set'));
  else {
    if (!reasonPattern.test(reason)) errors.push(invalid(at.child('reason'), reason, reasonExplanation));
    if (reason.length > longestReason) errors.push(tooLong(at.child('reason'), longestReason));
  }
  if (message.length > longestMessage) errors.push(tooLong(at.child('message'), longestMessage));
  return errors;
}
