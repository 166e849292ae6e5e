import { checkQualifiedName, type FieldError, type FieldPath, forbidden, invalid } from '@berth/machinery';
import type { LabelSelector } from '../generated/api-types.ts';
import { invalidFor } from './field-checks.ts';

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
  readonly labelSelector?: LabelSelector | undefined;
}

/**
 * Keys whose values a selector takes from the pod itself. The pod's values have been merged into the selector when
 * this runs, so that a key may stand there once, but not by the user's hand as well.
 */
export function validateLabelKeys(term: LabelKeys, at: FieldPath): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  const errors = [
    ...validateKeys(matchLabelKeys, at.child('matchLabelKeys'), labelSelector),
    ...validateKeys(mismatchLabelKeys, at.child('mismatchLabelKeys'), labelSelector),
  ];
  const inSelector = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index >= 0 && inSelector.has(key)) {
      errors.push(invalid(at.index(index), key, 'exists in both matchLabelKeys and labelSelector'));
    }
    inSelector.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalid(at.child('matchLabelKeys').index(index), key, detail));
  }
  return errors;
}

function validateKeys(
  keys: readonly string[],
  at: FieldPath,
  selector: LabelSelector | undefined,
): FieldError[] {
  if (keys.length === 0) return [];
  if (!selector) return [forbidden(at, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) =>
    invalidFor({ at: at.index(index), value: key }, checkQualifiedName(key)),
  );
}
