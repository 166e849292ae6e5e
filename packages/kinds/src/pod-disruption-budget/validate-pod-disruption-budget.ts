import {
  type FieldError,
  type FieldPath,
  type IntOrPercent,
  invalid,
  type KubeObject,
  path,
  validateAtMost100Percent,
  validateIntOrPercent,
  validateLabelSelector,
} from '@berth/machinery';
import type { PodDisruptionBudget } from '../generated/api-types.ts';
import { validateNonNegative, validateOptionalEnum } from '../pod-template/field-checks.ts';
import { validateStatusConditions } from '../strategy/validate-status-conditions.ts';

const specAt = path('spec');
const statusAt = path('status');
const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

/** All that upstream's `ValidatePodDisruptionBudget` checks beyond metadata. */
export function validatePodDisruptionBudget(object: KubeObject): readonly FieldError[] {
  const { spec = {} }: PodDisruptionBudget = object;
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalid(specAt, spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  return [
    ...errors,
    ...validateAmount(minAvailable, specAt.child('minAvailable')),
    ...validateAmount(maxUnavailable, specAt.child('maxUnavailable')),
    ...validateLabelSelector(selector, specAt.child('selector')),
    ...validateOptionalEnum(unhealthyPodEvictionPolicy, specAt.child('unhealthyPodEvictionPolicy'), [
      'AlwaysAllow',
      'IfHealthyBudget',
    ]),
  ];
}

export function validatePodDisruptionBudgetStatus(object: KubeObject): readonly FieldError[] {
  const { status }: PodDisruptionBudget = object;
  return [
    ...validateStatusConditions(status?.conditions, statusAt.child('conditions')),
    ...counts.flatMap((field) => validateNonNegative(status?.[field], statusAt.child(field))),
  ];
}

function validateAmount(amount: IntOrPercent | undefined, at: FieldPath): FieldError[] {
  if (amount === undefined) return [];
  return [...validateIntOrPercent(amount, at), ...validateAtMost100Percent(amount, at)];
}
