import { duplicate, type FieldError, type KubeObject, path, required } from '@berth/machinery';
import type { FlowSchema } from '../generated/api-types.ts';

/** Checks the conditions of a FlowSchema or a PriorityLevelConfiguration: each type is named, and once. */
export function validateConditions(object: KubeObject): readonly FieldError[] {
  // The statuses of both kinds have the same form.
  const { conditions = [] } = (object as FlowSchema).status ?? {};
  const seen = new Set<string>();
  return conditions.flatMap(({ type = '' }, index) => {
    const at = path('status', 'conditions').index(index).child('type');
    const errors = seen.has(type) ? [duplicate(at, type)] : [];
    seen.add(type);
    return type === '' ? [...errors, required(at, 'must not be empty')] : errors;
  });
}
