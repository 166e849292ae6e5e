/** A deep copy of a JSON value, several times faster than `structuredClone`. Fields that are `undefined` are left out. */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) {
    // An array's copy has the array's own type.
    return value.map(copyJson) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [field, fieldValue] of Object.entries(value)) {
    if (fieldValue !== undefined) copy[field] = copyJson(fieldValue);
  }
  // Field by field the same as the value.
  return copy as T;
}
