import type { SchemaField, SchemaMessage, SchemaTable } from '../schema-table.ts';
import type { Codec, FieldCodec, StructCodec } from './codec.ts';
import { listCodec, mapCodec, structCodec } from './composite-codecs.ts';
import { formCodecs } from './form-codecs.ts';
import { jsonFormOf } from './json-form.ts';
import { type JsonField, jsonFieldsOf } from './json-fields.ts';
import { scalarCodecs } from './scalar-codecs.ts';
import { hasTypeMeta } from './type-meta.ts';

/** Codecs live as long as their table: a cluster with kinds of its own has a table of its own. */
const compiled = new WeakMap<SchemaTable, Map<string, Codec>>();

/**
 * The codec of a message, compiled at first use.
 *
 * @throws Error if the table does not have the message: a mistake in a kind's definition.
 */
function codecOf(schema: SchemaTable, message: string): Codec {
  let codecs = compiled.get(schema);
  if (!codecs) compiled.set(schema, (codecs = new Map()));
  let codec = codecs.get(message);
  if (!codec) codecs.set(message, (codec = compile(schema, message)));
  return codec;
}

const compiledRoots = new WeakMap<SchemaTable, Map<string, StructCodec>>();

/** The codec of a whole body: that of its message, and `kind` and `apiVersion`. */
export function rootCodecOf(schema: SchemaTable, message: string): StructCodec {
  let roots = compiledRoots.get(schema);
  if (!roots) compiledRoots.set(schema, (roots = new Map()));
  let root = roots.get(message);
  if (!root) roots.set(message, (root = compileRoot(schema, message)));
  return root;
}

function compileRoot(schema: SchemaTable, message: string): StructCodec {
  const codec = codecOf(schema, message);
  if (codec.shape !== 'struct') throw new Error(`message ${message} is not an object in JSON`);
  if (codec.byName.has('kind') && codec.byName.has('apiVersion')) return codec;
  return structCodec({ goType: codec.goType, fields: () => [...typeMetaFields, ...codec.fields] });
}

function compile(schema: SchemaTable, message: string): Codec {
  const scalar = scalarCodecs[message];
  if (scalar) return scalar;
  const goType = goTypeOf(message);
  const form = jsonFormOf(message);
  if (form) return formCodecs[form](goType, () => codecOf(schema, schemaPropsBeside(message)));
  const definition = schema[message];
  if (!definition) throw new Error(`message ${message} is not in the schema table`);
  return structCodec({ goType, fields: () => compileFields(schema, message, definition) });
}

/** `k8s.io.api.core.v1.PodSpec` → `v1.PodSpec` */
function goTypeOf(message: string): string {
  return message.split('.').slice(-2).join('.');
}

function schemaPropsBeside(message: string): string {
  return `${message.slice(0, message.lastIndexOf('.'))}.JSONSchemaProps`;
}

function compileFields(
  schema: SchemaTable,
  message: string,
  definition: SchemaMessage,
): readonly FieldCodec[] {
  const own = jsonFieldsOf(schema, message).map((field) => compileField(schema, field));
  return hasTypeMeta(message, definition) ? [...typeMetaFields, ...own] : own;
}

const typeMetaFields: readonly FieldCodec[] = ['kind', 'apiVersion'].map((name) => ({
  name,
  embeddedIn: ['TypeMeta'],
  type: scalarCodecs['string'] as Codec,
  omitsEmpty: true,
  whenUnset: undefined,
}));

function compileField(schema: SchemaTable, { name, field, embeddedIn }: JsonField): FieldCodec {
  const type = fieldType(schema, field);
  const isPointer = field.ptr === true && !field.repeated && field.map === undefined;
  const canBeEmpty = !isPointer && !isGoStruct(type);
  const omitsEmpty = !field.always && canBeEmpty;
  const whenUnset = unsetValue({ name, field, type, isPointer, canBeEmpty });
  return { name, embeddedIn, type, omitsEmpty, whenUnset };
}

function fieldType(schema: SchemaTable, field: SchemaField): Codec {
  const element = codecOf(schema, field.t);
  if (field.map !== undefined) {
    const isResourceList = element.goType === 'resource.Quantity' && field.ptr !== true;
    return isResourceList ? mapCodec(element, 'v1.ResourceList') : mapCodec(element);
  }
  return field.repeated ? listCodec(element) : element;
}

/** Go's `omitempty` never leaves out a struct that is not behind a pointer. */
function isGoStruct(type: Codec): boolean {
  if (type.shape === 'struct') return true;
  const isScalar = Object.values(scalarCodecs).includes(type as never);
  return type.shape === 'value' && !isScalar;
}

interface FieldFacts {
  readonly name: string;
  readonly field: SchemaField;
  readonly type: Codec;
  readonly isPointer: boolean;
  readonly canBeEmpty: boolean;
}

function unsetValue(facts: FieldFacts): FieldCodec['whenUnset'] {
  const { name, field, type, isPointer, canBeEmpty } = facts;
  if (isPointer) return field.always ? () => null : undefined;
  // The one field of the API that is marked `omitzero`.
  if (name === 'creationTimestamp' && !field.always) return undefined;
  if (canBeEmpty && !field.always) return undefined;
  return type.zero;
}
