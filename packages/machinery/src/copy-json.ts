/** A deep copy of a JSON value, several times faster than `structuredClone`. Fields that are `undefined` are left out. */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  // Item by item and field by field the same as the value.
  return (Array.isArray(value) ? value.map(copyJson) : copyFields(value)) as T;
}

function copyFields(value: object): object {
  const copy: Record<string, unknown> = {};
  const fields = value as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(fields)) {
    const fieldValue = fields[field];
    if (fieldValue === undefined) continue;
    const copied = typeof fieldValue === 'object' ? copyJson(fieldValue) : fieldValue;
    // A user's map may have this key, which assignment would take for the prototype.
    if (field === '__proto__') Object.defineProperty(copy, field, { ...ownField, value: copied });
    else copy[field] = copied;
  }
  return copy;
}

const ownField = { configurable: true, enumerable: true, writable: true };
