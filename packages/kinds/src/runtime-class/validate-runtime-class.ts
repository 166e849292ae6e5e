import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  nameIsDnsLabel,
  path,
  validateLabels,
} from '@berth/machinery';
import type { RuntimeClass, Toleration } from '../generated/api-types.ts';
import { invalidFor } from '../pod-template/field-checks.ts';
import { validateOverhead } from '../pod-template/resources.ts';
import { validateTolerations } from '../pod-template/tolerations.ts';

export function validateRuntimeClass(object: KubeObject): readonly FieldError[] {
  const { handler = '', overhead, scheduling } = object as Partial<RuntimeClass>;
  const schedulingAt = path('scheduling');
  return [
    ...invalidFor({ at: path('handler'), value: handler }, nameIsDnsLabel(handler)),
    ...(overhead ? validateOverhead(overhead.podFixed ?? {}, path('overhead')) : []),
    ...validateLabels(scheduling?.nodeSelector, schedulingAt.child('nodeSelector')),
    ...validateUniqueTolerations(scheduling?.tolerations ?? [], schedulingAt.child('tolerations')),
  ];
}

function validateUniqueTolerations(tolerations: readonly Toleration[], at: FieldPath): FieldError[] {
  const seen = new Set<string>();
  const repeated = tolerations.flatMap((toleration, index) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const identity = JSON.stringify([key, operator, value, effect]);
    if (seen.has(identity)) return [duplicate(at.index(index), toleration)];
    seen.add(identity);
    return [];
  });
  return [...validateTolerations(tolerations, at), ...repeated];
}

export function validateRuntimeClassUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const { handler } = next as RuntimeClass;
  if (handler === (current as RuntimeClass).handler) return [];
  return [invalid(path('handler'), handler, 'field is immutable')];
}
