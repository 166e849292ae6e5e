import { type FieldError, forbidden, invalid, type KubeObject, path, semanticEqual } from '@berth/machinery';
import type { StatefulSetSpec } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { statefulSetOf } from './stateful-set-of.ts';
import { validatePods, validateStatefulSetSpec } from './validate-stateful-set.ts';

const noSpec: StatefulSetSpec = { template: {} };
const statusAt = path('status');

/** All that upstream's `ValidateStatefulSetUpdate` checks beyond metadata. */
export function validateStatefulSetUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const [{ spec = noSpec }, { spec: old = noSpec }] = [statefulSetOf(next), statefulSetOf(current)];
  const errors = validateStatefulSetSpec(spec);
  // Templates were not always looked at: one that is wrong may stay so.
  if (validatePods(old).length === 0) errors.push(...validatePods(spec));
  if (semanticEqual(fixed(spec), fixed(old))) return errors;
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [...errors, forbidden(path('spec'), detail)];
}

/** What stays as it was created. */
function fixed(spec: StatefulSetSpec): Partial<StatefulSetSpec> {
  const {
    replicas: _replicas,
    ordinals: _ordinals,
    template: _template,
    updateStrategy: _updateStrategy,
    revisionHistoryLimit: _revisionHistoryLimit,
    persistentVolumeClaimRetentionPolicy: _retention,
    minReadySeconds: _minReadySeconds,
    ...rest
  } = spec;
  return rest;
}

const counts = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const;
const parts = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;

/** All that upstream's `ValidateStatefulSetStatusUpdate` checks beyond metadata. */
export function validateStatefulSetStatusUpdate(
  next: KubeObject,
  current: KubeObject,
): readonly FieldError[] {
  const { status } = statefulSetOf(next);
  const errors = counts.flatMap((field) => validateNonNegative(status?.[field], statusAt.child(field)));
  for (const field of parts) {
    const count = status?.[field] ?? 0;
    if (count <= (status?.replicas ?? 0)) continue;
    errors.push(invalid(statusAt.child(field), count, 'cannot be greater than status.replicas'));
  }
  const available = status?.availableReplicas ?? 0;
  if (available > (status?.readyReplicas ?? 0)) {
    const detail = 'cannot be greater than status.readyReplicas';
    errors.push(invalid(statusAt.child('availableReplicas'), available, detail));
  }
  const collisions = status?.collisionCount ?? 0;
  if (collisions >= (statefulSetOf(current).status?.collisionCount ?? 0)) return errors;
  return [...errors, invalid(statusAt.child('collisionCount'), collisions, 'cannot be decremented')];
}
