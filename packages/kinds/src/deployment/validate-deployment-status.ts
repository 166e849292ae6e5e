import { type FieldError, invalid, type KubeObject, path } from '@berth/machinery';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { deploymentOf } from './deployment-of.ts';

const at = path('status');
const counts = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const;

/** All that upstream checks in an update of a deployment's status beyond metadata. */
export function validateDeploymentStatusUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const status = deploymentOf(next).status ?? {};
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, collisionCount } = status;
  const errors: FieldError[] = counts.flatMap((field) => validateNonNegative(status[field], at.child(field)));
  for (const field of ['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[field] ?? 0;
    if (count > replicas) {
      errors.push(invalid(at.child(field), count, 'cannot be greater than status.replicas'));
    }
  }
  if (availableReplicas > readyReplicas) {
    const detail = 'cannot be greater than readyReplicas';
    errors.push(invalid(at.child('availableReplicas'), availableReplicas, detail));
  }
  const collisionsBefore = deploymentOf(current).status?.collisionCount;
  if (collisionsBefore !== undefined && (collisionCount ?? -1) < collisionsBefore) {
    // A count that is gone shows as what it was, as upstream has it.
    const detail = 'cannot be decremented';
    errors.push(invalid(at.child('collisionCount'), collisionCount ?? collisionsBefore, detail));
  }
  return errors;
}
