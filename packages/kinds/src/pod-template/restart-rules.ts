import { type FieldError, type FieldPath, notSupported, required, tooMany } from '@berth/machinery';
import type { Container, ContainerRestartRule } from '../generated/api-types.ts';
import { validateOptionalEnum } from './field-checks.ts';

const maxRules = 20;
const maxExitCodes = 255;
const actions = ['Restart', 'RestartAllContainers'];
const operators = ['In', 'NotIn'];

/** A container's own restart policy, and its exceptions by exit code. */
export function validateRestartRules(container: Container, at: FieldPath): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const policyAt = at.child('restartPolicy');
  const rulesAt = at.child('restartPolicyRules');
  const errors = validateOptionalEnum(restartPolicy, policyAt, ['Always', 'Never', 'OnFailure']);
  if (restartPolicy === undefined && rules.length > 0) {
    errors.push(required(policyAt, 'must specify restartPolicy when restart rules are used'));
  }
  if (rules.length > maxRules) errors.push(tooMany(rulesAt, rules.length, maxRules));
  return [...errors, ...rules.flatMap((rule, index) => validateRule(rule, rulesAt.index(index)))];
}

/** The same of init containers, whose rules nobody looks at while they have no policy. */
export function validateInitRestartRules(container: Container, at: FieldPath): FieldError[] {
  if (container.restartPolicy !== undefined) return validateRestartRules(container, at);
  if ((container.restartPolicyRules ?? []).length === 0) return [];
  return [required(at.child('restartPolicy'), 'must specify restartPolicy when restart rules are used')];
}

function validateRule({ action, exitCodes }: ContainerRestartRule, at: FieldPath): FieldError[] {
  const codesAt = at.child('exitCodes');
  const errors = actions.includes(action) ? [] : [notSupported(at.child('action'), action, actions)];
  if (!exitCodes) return [...errors, required(codesAt, 'must be specified')];
  const { operator, values = [] } = exitCodes;
  if (!operators.includes(operator))
    errors.push(notSupported(codesAt.child('operator'), operator, operators));
  if (values.length <= maxExitCodes) return errors;
  return [...errors, tooMany(codesAt.child('values'), values.length, maxExitCodes)];
}
