/**
 * Whether two JSON values mean the same to the API: absent, `null` and an empty list are one, and the order of fields
 * does not matter. As Kubernetes' `equality.Semantic.DeepEqual` on decoded objects.
 */
export function semanticEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isNothing(left) || isNothing(right)) return isNothing(left) && isNothing(right);
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => semanticEqual(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  for (const key in left) if (!semanticEqual(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && !isNothing(right[key])) return false;
  return true;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
