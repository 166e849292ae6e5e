/** The object without the members that are undefined: JSON knows none, and the API's types do not either. */
export function present<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) result[name] = value;
  // Exactly the members of T that have a value.
  return result as T;
}
