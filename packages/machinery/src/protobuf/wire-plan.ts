import { isInline, jsonNameOf } from '../decode/json-fields.ts';
import { type JsonForm, jsonFormOf } from '../decode/json-form.ts';
import type { SchemaField, SchemaTable } from '../schema-table.ts';

/** A type as protobuf lays it out. */
export type WireType =
  | { readonly kind: 'scalar'; readonly scalar: string }
  | { readonly kind: 'message'; readonly plan: WirePlan }
  | {
      readonly kind: 'form';
      readonly form: JsonForm;
      /** For the forms that may hold a JSON schema: the plan of `JSONSchemaProps`. */
      readonly schemaPlan: WirePlan;
    };

export interface WireField {
  readonly number: number;
  /** Name in JSON. */
  readonly name: string;
  readonly type: WireType;
  readonly shape: 'single' | 'list' | 'map' | 'inline';
  /** A pointer in Go: written only when set. Other fields are written even when they are zero. */
  readonly isPointer: boolean;
}

/** The fields of a message; compiled once, at first use, because messages may contain themselves. */
export interface WirePlan {
  readonly message: string;
  /** In the order of their numbers. */
  readonly fields: readonly WireField[];
  readonly byNumber: ReadonlyMap<number, WireField>;
}

const plans = new WeakMap<SchemaTable, Map<string, WirePlan>>();

/** @throws Error if the table does not have the message. */
export function wirePlanOf(schema: SchemaTable, message: string): WirePlan {
  let known = plans.get(schema);
  if (!known) plans.set(schema, (known = new Map()));
  let plan = known.get(message);
  if (!plan) known.set(message, (plan = new LazyWirePlan(schema, message)));
  return plan;
}

class LazyWirePlan implements WirePlan {
  readonly message: string;
  readonly #schema: SchemaTable;
  #fields: readonly WireField[] | undefined;
  #byNumber: ReadonlyMap<number, WireField> | undefined;

  constructor(schema: SchemaTable, message: string) {
    this.message = message;
    this.#schema = schema;
  }

  get fields(): readonly WireField[] {
    return (this.#fields ??= compileFields(this.#schema, this.message));
  }

  get byNumber(): ReadonlyMap<number, WireField> {
    return (this.#byNumber ??= new Map(this.fields.map((field) => [field.number, field])));
  }
}

function compileFields(schema: SchemaTable, message: string): readonly WireField[] {
  const definition = schema[message];
  if (!definition) throw new Error(`message ${message} is not in the schema table`);
  return Object.entries(definition)
    .map(([name, field]) => ({
      number: field.n,
      name: jsonNameOf(name, field),
      type: compileType(schema, field.t),
      shape: shapeOf(field),
      isPointer: field.ptr === true,
    }))
    .sort((left, right) => left.number - right.number);
}

function shapeOf(field: SchemaField): WireField['shape'] {
  if (isInline(field)) return 'inline';
  if (field.map !== undefined) return 'map';
  return field.repeated ? 'list' : 'single';
}

const scalars = new Set(['string', 'bytes', 'bool', 'int32', 'int64', 'uint32', 'uint64', 'double']);

function compileType(schema: SchemaTable, type: string): WireType {
  if (scalars.has(type)) return { kind: 'scalar', scalar: type };
  const form = jsonFormOf(type);
  if (!form) return { kind: 'message', plan: wirePlanOf(schema, type) };
  const beside = `${type.slice(0, type.lastIndexOf('.'))}.JSONSchemaProps`;
  return { kind: 'form', form, schemaPlan: wirePlanOf(schema, beside) };
}
