import type { Json } from '../object.ts';

/** State of one decoding. One object for the whole body. */
export interface DecodeRun {
  /** Some struct had a field that its message does not have: the error path finds out which. */
  sawUnknownField: boolean;
}

/**
 * How values of one type are read. Compiled once per message and schema table.
 *
 * `decode` takes JSON that is not null and returns it as Go would write it again; it throws `MalformedValue`. Parts that
 * need no change are shared with the input, which is never changed.
 */
export interface ValueCodec {
  readonly shape: 'value';
  /** Go's name of the type, for messages. */
  readonly goType: string;
  readonly decode: (value: unknown, run: DecodeRun) => Json;
  /** What Go writes for a value that was never set. A fresh one at each call. */
  readonly zero: () => Json;
  /** Whether Go's `omitempty` leaves a set value out. */
  readonly isEmpty: (value: Json) => boolean;
}

export interface ListCodec extends Omit<ValueCodec, 'shape'> {
  readonly shape: 'list';
  readonly element: Codec;
}

export interface MapCodec extends Omit<ValueCodec, 'shape'> {
  readonly shape: 'map';
  readonly element: Codec;
}

export interface StructCodec extends Omit<ValueCodec, 'shape'> {
  readonly shape: 'struct';
  /** Go's name without the package, e.g. `PodSpec`. */
  readonly structName: string;
  readonly fields: readonly FieldCodec[];
  readonly byName: ReadonlyMap<string, FieldCodec>;
}

export type Codec = ValueCodec | ListCodec | MapCodec | StructCodec;

export interface FieldCodec {
  readonly name: string;
  /** Names of the inlined structs through which Go reaches the field: they stand in the paths of type errors. */
  readonly embeddedIn: readonly string[];
  readonly type: Codec;
  /** Go's `omitempty` on a type that can be empty: an empty value is left out. */
  readonly omitsEmpty: boolean;
  /** What stands in JSON when the field is not set: absent if `undefined`. */
  readonly whenUnset: (() => Json) | undefined;
}

/** Sets an own member even where the name has a meaning of its own in JavaScript. */
export function setMember(target: Record<string, Json>, name: string, value: Json): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[name] = value;
  }
}

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
