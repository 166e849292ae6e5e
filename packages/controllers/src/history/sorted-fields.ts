/** The value with the fields of all its objects in the order of their names: so that equal values have the same JSON. */
export function withSortedFields<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value)
    ? value.map(withSortedFields)
    : Object.fromEntries(
        Object.entries(value)
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([key, member]) => [key, withSortedFields(member)]),
      );
  // The same members in another order are of the same type.
  return copy as T;
}
