import type { Json } from '../object.ts';
import {
  type Codec,
  type DecodeRun,
  type FieldCodec,
  isJsonObject,
  type ListCodec,
  type MapCodec,
  type StructCodec,
  setMember,
} from './codec.ts';
import { typeMismatch } from './malformed-value.ts';

/** A Go slice. */
export function listCodec(element: Codec): ListCodec {
  const goType = `[]${element.goType}`;
  return {
    shape: 'list',
    goType,
    element,
    zero: () => null,
    isEmpty: (value) => Array.isArray(value) && value.length === 0,
    decode: (value, run) => {
      if (!Array.isArray(value)) throw typeMismatch(value, goType);
      return value.map((item: unknown) => (item === null ? element.zero() : element.decode(item, run)));
    },
  };
}

/** A Go map with string keys. */
export function mapCodec(element: Codec, goType = `map[string]${element.goType}`): MapCodec {
  return {
    shape: 'map',
    goType,
    element,
    zero: () => null,
    isEmpty: (value) => isJsonObject(value) && hasNoMembers(value),
    decode: (value, run) => {
      if (!isJsonObject(value)) throw typeMismatch(value, goType);
      return decodeMap(element, value, run);
    },
  };
}

/** Copies only when a value changes: labels, annotations and ConfigMap data mostly do not. */
function decodeMap(element: Codec, source: Readonly<Record<string, unknown>>, run: DecodeRun): Json {
  let copy: Record<string, Json> | undefined;
  for (const key of Object.keys(source)) {
    const value = source[key];
    const decoded = value === null ? element.zero() : element.decode(value, run);
    if (decoded === value) continue;
    // What was not changed so far is JSON of this type already.
    copy ??= { ...(source as Record<string, Json>) };
    setMember(copy, key, decoded);
  }
  return copy ?? (source as Record<string, Json>);
}

/** The name of a message in Go, and its fields as they stand in JSON. */
export interface StructShape {
  /** e.g. `v1.PodSpec` */
  readonly goType: string;
  /** Called once, at first use: messages may contain themselves. */
  readonly fields: () => readonly FieldCodec[];
}

/** A Go struct. */
export function structCodec({ goType, fields: makeFields }: StructShape): StructCodec {
  let fields: readonly FieldCodec[] | undefined;
  let byName: ReadonlyMap<string, FieldCodec> | undefined;
  const allFields = () => (fields ??= makeFields());
  return {
    shape: 'struct',
    goType,
    structName: goType.slice(goType.lastIndexOf('.') + 1),
    get fields() {
      return allFields();
    },
    get byName() {
      return (byName ??= new Map(allFields().map((field) => [field.name, field])));
    },
    zero: () => decodeFields(allFields(), {}, { sawUnknownField: false }),
    isEmpty: () => false,
    decode: (value, run) => {
      if (!isJsonObject(value)) throw typeMismatch(value, goType);
      return decodeFields(fields ?? allFields(), value, run);
    },
  };
}

function decodeFields(
  fields: readonly FieldCodec[],
  source: Readonly<Record<string, unknown>>,
  run: DecodeRun,
): Json {
  const target: Record<string, Json> = {};
  let known = 0;
  for (const field of fields) {
    const value = source[field.name];
    if (value !== undefined) {
      known += 1;
      if (value !== null) {
        const decoded = field.type.decode(value, run);
        if (!field.omitsEmpty || !field.type.isEmpty(decoded)) target[field.name] = decoded;
        continue;
      }
    }
    if (field.whenUnset !== undefined) target[field.name] = field.whenUnset();
  }
  if (!run.sawUnknownField && countMembers(source) !== known) run.sawUnknownField = true;
  return target;
}

function countMembers(source: object): number {
  let count = 0;
  for (const _name in source) count += 1;
  return count;
}

function hasNoMembers(source: object): boolean {
  for (const _name in source) return false;
  return true;
}
