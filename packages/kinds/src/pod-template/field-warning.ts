import type { FieldPath } from '@berth/machinery';

/** A warning of a field, in the form that all of Kubernetes' have: `spec.nodeSelector[a]: deprecated`. */
export function fieldWarning(at: FieldPath, text: string): string {
  return `${at.toString()}: ${text}`;
}
