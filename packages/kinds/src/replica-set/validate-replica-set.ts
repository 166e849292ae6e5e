import {
  type FieldError,
  invalid,
  type KubeObject,
  path,
  required,
  semanticEqual,
  validateLabelSelector,
} from '@berth/machinery';
import type { ReplicaSetSpec } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { validateReplicaTemplate } from '../pod-template/validate-replica-template.ts';
import { isEmptySelector } from '../pod-template/validate-template-selector.ts';
import { replicaSetOf } from './replica-set-of.ts';

const specAt = path('spec');

/** All that upstream's `ValidateReplicaSet` checks beyond metadata. */
export function validateReplicaSet(object: KubeObject): readonly FieldError[] {
  const spec = replicaSetOf(object).spec ?? {};
  return [
    ...validateNonNegative(spec.replicas, specAt.child('replicas')),
    ...validateNonNegative(spec.minReadySeconds, specAt.child('minReadySeconds')),
    ...validateSelector(spec),
    ...validateReplicaTemplate({ ...spec, template: spec.template ?? {} }, specAt),
  ];
}

/** A replica set keeps its selector for life, as `apps/v1` has it. */
export function validateReplicaSetUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const { selector } = replicaSetOf(next).spec ?? {};
  const errors = validateReplicaSet(next);
  if (semanticEqual(selector, replicaSetOf(current).spec?.selector)) return errors;
  return [...errors, invalid(specAt.child('selector'), selector, 'field is immutable')];
}

function validateSelector({ selector }: ReplicaSetSpec): FieldError[] {
  const at = specAt.child('selector');
  if (!selector) return [required(at)];
  const errors = validateLabelSelector(selector, at);
  // Upstream's words, which name another kind.
  return isEmptySelector(selector)
    ? [...errors, invalid(at, selector, 'empty selector is invalid for deployment')]
    : errors;
}
