import { duplicate, type FieldError, type FieldPath, invalid } from '@berth/machinery';
import type { ContainerResizePolicy } from '../generated/api-types.ts';
import { validateEnum } from './field-checks.ts';

/** What a change of a container's resources does to it. Upstream's errors name the list, not the entry. */
export function validateResizePolicy(
  policies: readonly ContainerResizePolicy[],
  at: FieldPath,
  podRestartPolicy: string | undefined,
): FieldError[] {
  const seen = new Set<string>();
  return policies.flatMap(({ resourceName, restartPolicy }, index) => {
    const errors = seen.has(resourceName) ? [duplicate(at.index(index), resourceName)] : [];
    seen.add(resourceName);
    errors.push(
      ...validateEnum(resourceName, at, ['cpu', 'memory']),
      ...validateEnum(restartPolicy, at, ['NotRequired', 'RestartContainer']),
    );
    if (podRestartPolicy !== 'Never' || restartPolicy === 'NotRequired') return errors;
    const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
    return [...errors, invalid(at, restartPolicy ?? '', detail)];
  });
}
