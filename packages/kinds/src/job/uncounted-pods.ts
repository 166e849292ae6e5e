import { duplicate, type FieldError, type FieldPath, invalid } from '@berth/machinery';
import type { UncountedTerminatedPods } from '../generated/api-types.ts';

/** Pods that have ended and are about to be counted: each once, whether they succeeded or failed. */
export function validateUncountedPods(
  pods: UncountedTerminatedPods | undefined,
  at: FieldPath,
): FieldError[] {
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    (pods?.[list] ?? []).flatMap((uid, index) => {
      const uidAt = at.child(list).index(index);
      if (uid === '') return [invalid(uidAt, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(uidAt, uid)];
      seen.add(uid);
      return [];
    }),
  );
}
