import { type FieldError, type FieldPath, forbidden, notSupported } from '@berth/machinery';
import type { PodTemplateSpec } from '../generated/api-types.ts';

/** What holds for the pods of kinds that keep them running. `kind` as messages name it: `DaemonSet`. */
export function validateLongRunning(
  { spec }: PodTemplateSpec,
  at: FieldPath,
  { kind }: { readonly kind: string },
): FieldError[] {
  const errors: FieldError[] = [];
  if (spec?.restartPolicy !== 'Always') {
    errors.push(notSupported(at.child('spec', 'restartPolicy'), spec?.restartPolicy ?? '', ['Always']));
  }
  if (spec?.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden(at.child('spec', 'activeDeadlineSeconds'), detail));
  }
  return errors;
}
