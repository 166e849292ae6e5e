import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
  tooMany,
} from '@berth/machinery';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../generated/api-types.ts';
import { validateQualifiedName } from '../pod-template/field-checks.ts';

const maxRules = 20;
const maxExitCodes = 255;
const maxPatterns = 20;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];

/** Which failures of pods count, and which end the job. `at` is that of the policy. */
export function validatePodFailurePolicy(spec: JobSpec, at: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const rulesAt = at.child('rules');
  return [
    ...(rules.length > maxRules ? [tooMany(rulesAt, rules.length, maxRules)] : []),
    ...rules.flatMap((rule, index) => validateRule(rule, rulesAt.index(index), spec)),
  ];
}

function validateRule(rule: PodFailurePolicyRule, at: FieldPath, spec: JobSpec): FieldError[] {
  const { onExitCodes, onPodConditions = [] } = rule;
  const errors = validateAction(rule.action, at.child('action'), spec);
  if (onExitCodes) errors.push(...validateExitCodes(onExitCodes, at.child('onExitCodes'), spec));
  errors.push(...validateConditions(onPodConditions, at.child('onPodConditions')));
  const hasConditions = onPodConditions.length > 0;
  if (onExitCodes && hasConditions) {
    errors.push(omitValue(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!onExitCodes && !hasConditions) {
    errors.push(omitValue(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

/** `Invalid value: <detail>`, without a value: it is the whole rule. */
export function omitValue(at: FieldPath, detail: string): FieldError {
  const { value: _value, ...error } = invalid(at, undefined, detail);
  return error;
}

function validateAction(action: string | undefined, at: FieldPath, spec: JobSpec): FieldError[] {
  if (!action) return [required(at, `valid values: ${quoteList(actions)}`)];
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex !== undefined) return [];
    return [invalid(at, action, 'requires the backoffLimitPerIndex to be set')];
  }
  return actions.includes(action) ? [] : [notSupported(at, action, actions)];
}

function validateConditions(
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
  at: FieldPath,
): FieldError[] {
  const errors = patterns.length > maxPatterns ? [tooMany(at, patterns.length, maxPatterns)] : [];
  for (const [index, { type, status }] of patterns.entries()) {
    const statusAt = at.index(index).child('status');
    errors.push(...validateQualifiedName(type, at.index(index).child('type')));
    if (!status) errors.push(required(statusAt, `valid values: ${quoteList(statuses)}`));
    else if (!statuses.includes(status)) errors.push(notSupported(statusAt, status, statuses));
  }
  return errors;
}

function validateExitCodes(
  { operator, containerName, values }: PodFailurePolicyOnExitCodesRequirement,
  at: FieldPath,
  { template }: JobSpec,
): FieldError[] {
  const operatorAt = at.child('operator');
  const errors: FieldError[] = [];
  if (!operator) errors.push(required(operatorAt, `valid values: ${quoteList(operators)}`));
  else if (!operators.includes(operator)) errors.push(notSupported(operatorAt, operator, operators));
  const containers = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(({ name }) => name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(at.child('containerName'), containerName, detail));
  }
  return [...errors, ...validateValues(values, at.child('values'), operator)];
}

function validateValues(
  values: readonly number[] | undefined,
  at: FieldPath,
  operator: string | undefined,
): FieldError[] {
  if (!values || values.length === 0)
    return [invalid(at, values ?? undefined, 'at least one value is required')];
  const errors = values.length > maxExitCodes ? [tooMany(at, values.length, maxExitCodes)] : [];
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(at.index(index), value, 'must not be 0 for the In operator'));
    }
    if (seen.has(value)) errors.push(duplicate(at.index(index), value));
    seen.add(value);
  }
  const isOrdered = values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);
  return isOrdered ? errors : [...errors, invalid(at, values, 'must be ordered')];
}

/** As Go prints a list of strings. */
function quoteList(values: readonly string[]): string {
  return `[${values.map((value) => `"${value}"`).join(' ')}]`;
}
