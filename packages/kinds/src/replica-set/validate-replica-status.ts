import { type FieldError, invalid, type KubeObject, path } from '@berth/machinery';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import type { ReplicaSetStatus } from '../generated/api-types.ts';

const at = path('status');
const counts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
] as const;

/** All that upstream checks in an update of the status of an object that keeps a number of pods, beyond metadata. */
export function validateReplicaStatusUpdate(next: KubeObject): readonly FieldError[] {
  // Replication controllers have a part of the same members.
  const { status = { replicas: 0 } } = next as { status?: ReplicaSetStatus };
  const errors = counts.flatMap((field) => validateNonNegative(status[field], at.child(field)));
  for (const field of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[field] ?? 0;
    if (count > status.replicas) {
      errors.push(invalid(at.child(field), count, 'cannot be greater than status.replicas'));
    }
  }
  const { availableReplicas = 0, readyReplicas = 0 } = status;
  if (availableReplicas > readyReplicas) {
    const detail = 'cannot be greater than readyReplicas';
    errors.push(invalid(at.child('availableReplicas'), availableReplicas, detail));
  }
  return errors;
}
