import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
  validateLabelSelector,
} from '@berth/machinery';
import type { TopologySpreadConstraint } from '../generated/api-types.ts';
import { validateOptionalEnum, validatePositive } from './field-checks.ts';
import { validateLabelKeys } from './label-keys.ts';

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const nodePolicies = ['Honor', 'Ignore'];

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  at: FieldPath,
): FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const { topologyKey, whenUnsatisfiable } = constraint;
    const repeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    const pairAt = at.index(index).child('{topologyKey, whenUnsatisfiable}');
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    return [
      ...validatePlacement(constraint, at.index(index)),
      ...(repeated ? [duplicate(pairAt, pair)] : []),
      ...validateSelection(constraint, at.index(index)),
    ];
  });
}

function validatePlacement(constraint: TopologySpreadConstraint, at: FieldPath): FieldError[] {
  const action: string = constraint.whenUnsatisfiable ?? '';
  const errors = validatePositive(constraint.maxSkew, at.child('maxSkew'));
  if (!constraint.topologyKey) errors.push(required(at.child('topologyKey'), 'can not be empty'));
  if (!actions.includes(action)) errors.push(notSupported(at.child('whenUnsatisfiable'), action, actions));
  return errors;
}

function validateSelection(constraint: TopologySpreadConstraint, at: FieldPath): FieldError[] {
  const { minDomains, whenUnsatisfiable } = constraint;
  const errors: FieldError[] = [];
  if (minDomains !== undefined) {
    errors.push(...validatePositive(minDomains, at.child('minDomains')));
    if (whenUnsatisfiable !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`;
      errors.push(invalid(at.child('minDomains'), minDomains, detail));
    }
  }
  return [
    ...errors,
    ...validateOptionalEnum(constraint.nodeAffinityPolicy, at.child('nodeAffinityPolicy'), nodePolicies),
    ...validateOptionalEnum(constraint.nodeTaintsPolicy, at.child('nodeTaintsPolicy'), nodePolicies),
    ...validateLabelKeys(constraint, at),
    ...validateLabelSelector(constraint.labelSelector, at.child('labelSelector')),
  ];
}
