import {
  type FieldError,
  type FieldPath,
  forbidden,
  type IntOrPercent,
  invalid,
  type KubeObject,
  notSupported,
  path,
  percentOf,
  required,
  semanticEqual,
  validateAtMost100Percent,
  validateIntOrPercent,
  validateLabelSelector,
} from '@berth/machinery';
import type { DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { validateReplicaTemplate } from '../pod-template/validate-replica-template.ts';
import { deploymentOf } from './deployment-of.ts';

const specAt = path('spec');

/** All that upstream's `ValidateDeployment` checks beyond metadata. */
export function validateDeployment(object: KubeObject): readonly FieldError[] {
  const spec = deploymentOf(object).spec ?? { template: {} };
  return [
    ...validateNonNegative(spec.replicas, specAt.child('replicas')),
    ...validateSelector(spec),
    ...validateReplicaTemplate(spec, specAt),
    ...validateStrategy(spec.strategy ?? {}, specAt.child('strategy')),
    ...validateNonNegative(spec.minReadySeconds, specAt.child('minReadySeconds')),
    ...validateNonNegative(spec.revisionHistoryLimit, specAt.child('revisionHistoryLimit')),
    ...validateDeadline(spec),
  ];
}

/** A deployment keeps its selector for life, as `apps/v1` has it. */
export function validateDeploymentUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const { selector } = deploymentOf(next).spec ?? {};
  const errors = validateDeployment(next);
  if (semanticEqual(selector, deploymentOf(current).spec?.selector)) return errors;
  return [...errors, invalid(specAt.child('selector'), selector, 'field is immutable')];
}

function validateSelector({ selector }: DeploymentSpec): FieldError[] {
  const at = specAt.child('selector');
  if (!selector) return [required(at)];
  const errors = validateLabelSelector(selector, at);
  const terms = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length;
  return terms > 0 ? errors : [...errors, invalid(at, selector, 'empty selector is invalid for deployment')];
}

const strategyTypes = ['Recreate', 'RollingUpdate'];

function validateStrategy(strategy: DeploymentStrategy, at: FieldPath): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  const rollingAt = at.child('rollingUpdate');
  if (type === 'Recreate') {
    if (!rollingUpdate) return [];
    return [forbidden(rollingAt, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate') return [notSupported(at, strategy, strategyTypes)];
  if (!rollingUpdate) return [required(rollingAt, 'this should be defaulted and never be nil')];
  return validateRollingUpdate(rollingUpdate, rollingAt);
}

function validateRollingUpdate(
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment,
  at: FieldPath,
): FieldError[] {
  const unavailableAt = at.child('maxUnavailable');
  const errors = [
    ...validateIntOrPercent(maxUnavailable, unavailableAt),
    ...validateIntOrPercent(maxSurge, at.child('maxSurge')),
  ];
  if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0) {
    errors.push(invalid(unavailableAt, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMost100Percent(maxUnavailable, unavailableAt)];
}

/** As upstream reads it: of a percentage the number, and 0 of what is neither. */
function amount(value: IntOrPercent): number {
  if (typeof value === 'number') return value;
  return percentOf(value) ?? (/^[+-]?\d+$/.test(value) ? Number(value) : 0);
}

function validateDeadline({ progressDeadlineSeconds, minReadySeconds = 0 }: DeploymentSpec): FieldError[] {
  if (progressDeadlineSeconds === undefined) return [];
  const at = specAt.child('progressDeadlineSeconds');
  const errors = validateNonNegative(progressDeadlineSeconds, at);
  if (progressDeadlineSeconds > minReadySeconds) return errors;
  return [...errors, invalid(at, progressDeadlineSeconds, 'must be greater than minReadySeconds')];
}
