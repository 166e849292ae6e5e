import { type FieldError, forbidden, path } from '@berth/machinery';
import type { Pod } from '../generated/api-types.ts';
import { appArmorPrefix, validatePodAnnotations } from '../pod-template/annotations.ts';
import { mirrorPodAnnotation } from '../pod-template/resource-claims.ts';

/** Annotations that have taken effect can no longer change. */
export function validateAnnotationUpdate(next: Pod, current: Pod): FieldError[] {
  const at = path('metadata', 'annotations');
  const annotations = next.metadata.annotations ?? {};
  const old = current.metadata.annotations ?? {};
  const errors: FieldError[] = [];
  for (const key of Object.keys({ ...old, ...annotations })) {
    if (annotations[key] === old[key]) continue;
    const action = old[key] === undefined ? 'add' : 'remove or update';
    if (key.startsWith(appArmorPrefix)) {
      errors.push(forbidden(at.key(key), `may not ${action} AppArmor annotations`));
    }
    if (key === mirrorPodAnnotation) {
      errors.push(forbidden(at.key(key), `may not ${action} mirror pod annotation`));
    }
  }
  return [...errors, ...validatePodAnnotations(annotations, next.spec ?? {}, at)];
}
