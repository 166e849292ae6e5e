import type { FieldError, KubeObject } from '@berth/machinery';

/** For steps of a strategy in which a kind changes nothing. */
export function unchanged(object: KubeObject): KubeObject {
  return object;
}

/** For steps of a strategy in which a kind has no rules of its own. */
export function noErrors(): readonly FieldError[] {
  return [];
}
