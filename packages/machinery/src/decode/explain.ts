import { goQuote } from '../field-errors/go-quote.ts';
import type { Json } from '../object.ts';
import { type Codec, isJsonObject, type ListCodec, type MapCodec, type StructCodec } from './codec.ts';
import { MalformedValue } from './malformed-value.ts';
import type { DuplicateFields } from './scan-json.ts';

/** What a body's fields are checked against, and where its duplicate names are known. */
export interface Explanation {
  /** The first value that does not fit its type, in Go's words with Go's path. */
  readonly malformed: string | undefined;
  /** `unknown field "spec.x"`, `duplicate field "spec.y"`, in the order of the body; at most a hundred. */
  readonly strict: readonly string[];
}

/** Go stops counting there. */
const maxStrictErrors = 100;

/**
 * Walks a body in its own order to say what is wrong with it. Only bodies with a mistake take this way; `decode` alone
 * decides whether there is one.
 */
export function explain(
  codec: StructCodec,
  value: unknown,
  duplicates: DuplicateFields | undefined,
): Explanation {
  const walk = new Walk(duplicates);
  walk.visit(codec, value, { fields: [], path: '', struct: '' });
  return { malformed: walk.malformed, strict: [...walk.strict] };
}

/** The duplicate fields of a value without a schema, as strict errors. */
export function untypedDuplicates(
  value: unknown,
  duplicates: DuplicateFields | undefined,
): readonly string[] {
  if (!duplicates) return [];
  const walk = new Walk(duplicates);
  walk.visit(untypedCodec, value, { fields: [], path: '', struct: '' });
  return [...walk.strict];
}

/** Any JSON: the walk goes into it for its duplicates alone. */
const untypedCodec: MapCodec = {
  shape: 'map',
  goType: 'interface {}',
  get element() {
    return untypedCodec;
  },
  decode: (value) => value as Json,
  zero: () => null,
  isEmpty: () => false,
};

/** Where the walk is: as Go's type errors name it (no indices), as strict errors do (with them), and in which struct. */
interface Place {
  readonly fields: readonly string[];
  readonly path: string;
  readonly struct: string;
}

class Walk {
  malformed: string | undefined;
  readonly strict = new Set<string>();
  readonly #duplicates: DuplicateFields | undefined;

  constructor(duplicates: DuplicateFields | undefined) {
    this.#duplicates = duplicates;
  }

  visit(codec: Codec, value: unknown, place: Place): void {
    if (value === null) return;
    if (hasElements(codec) && Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        this.visit(codec.element, item, { ...place, path: `${place.path}[${index}]` });
      }
    } else if (codec.shape === 'map' && isJsonObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        const path = join(place.path, key);
        this.visit(codec.element, member, { ...place, path });
        this.#reportDuplicate(value, key, path);
      }
    } else if (codec.shape === 'struct' && isJsonObject(value)) {
      this.#visitStruct(codec, value, place);
    } else {
      this.#checkValue(codec, value, place);
    }
  }

  #visitStruct(codec: StructCodec, value: Readonly<Record<string, unknown>>, place: Place): void {
    for (const [name, member] of Object.entries(value)) {
      const path = join(place.path, name);
      const field = codec.byName.get(name);
      if (!field) {
        this.#report(`unknown field ${goQuote(path)}`);
      } else {
        const fields = [...place.fields, ...field.embeddedIn, name];
        this.visit(field.type, member, { fields, path, struct: codec.structName });
        this.#reportDuplicate(value, name, path);
      }
    }
  }

  #reportDuplicate(object: object, name: string, path: string): void {
    if (this.#duplicates?.get(object)?.has(name)) this.#report(`duplicate field ${goQuote(path)}`);
  }

  #report(strictError: string): void {
    if (this.strict.size < maxStrictErrors) this.strict.add(strictError);
  }

  #checkValue(codec: Codec, value: unknown, place: Place): void {
    if (this.malformed !== undefined) return;
    try {
      codec.decode(value, { sawUnknownField: true });
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
      this.malformed = describe(error, place);
    }
  }
}

/** Go's untyped values are maps and lists alike. */
function hasElements(codec: Codec): codec is ListCodec | MapCodec {
  return codec.shape === 'list' || codec === untypedCodec;
}

function describe(error: MalformedValue, place: Place): string {
  if (!error.mismatch) return error.message;
  const { found, goType } = error.mismatch;
  const target =
    place.fields.length === 0
      ? `value of type ${goType}`
      : `struct field ${place.struct}.${place.fields.join('.')} of type ${goType}`;
  return `json: cannot unmarshal ${found} into Go ${target}`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
