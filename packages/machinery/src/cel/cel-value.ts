/** A value as expressions see it. Integers are bigints, objects are maps: nothing of JavaScript's own shows through. */
export type CelValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly CelValue[]
  | ReadonlyMap<string, CelValue>;

/** JSON as CEL has it: integral numbers are `int`, as in Kubernetes' expressions, others `double`. */
export function celValueOf(json: unknown): CelValue {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return json.map(celValueOf);
  if (typeof json !== 'object') throw new TypeError(`no JSON value: ${typeof json}`);
  return new Map(Object.entries(json).map(([key, value]) => [key, celValueOf(value)]));
}
