import { type JsonField, jsonFieldsOf } from '../decode/json-fields.ts';
import { type JsonForm, jsonFormOf } from '../decode/json-form.ts';
import { hasTypeMeta } from '../decode/type-meta.ts';
import type { SchemaField, SchemaTable } from '../schema-table.ts';
import { isAtomicMessage } from '../apply/atomic-messages.ts';
import { definitionName } from './definition-name.ts';

/** A JSON schema as OpenAPI has them. */
export type OpenApiSchema = Readonly<Record<string, unknown>>;

/** The group, version and kind of a definition or an operation. */
export interface GroupVersionKind {
  readonly group: string;
  readonly kind: string;
  readonly version: string;
}

/** How the two versions of OpenAPI differ in schemas. */
export interface Dialect {
  /** `#/definitions/` or `#/components/schemas/` */
  readonly refPrefix: string;
  /** Version 3 also says enumerations, defaults and alternatives of types. */
  readonly isV3: boolean;
}

export const dialectV2: Dialect = { refPrefix: '#/definitions/', isV3: false };
export const dialectV3: Dialect = { refPrefix: '#/components/schemas/', isV3: true };

export interface DefinitionsRequest {
  readonly schema: SchemaTable;
  readonly dialect: Dialect;
  readonly messages: Iterable<string>;
  /** What kinds the definitions are of. */
  readonly kindsOf: (message: string) => readonly GroupVersionKind[];
}

/** The definitions of messages and of all messages that they contain, by name. */
export function buildDefinitions(request: DefinitionsRequest): Record<string, OpenApiSchema> {
  const pending = [...new Set(request.messages)];
  const known = new Set(pending);
  for (const message of pending) {
    for (const { field } of jsonFieldsOf(request.schema, message)) {
      if (!hasDefinition(request.schema, field.t) || known.has(field.t)) continue;
      known.add(field.t);
      pending.push(field.t);
    }
  }
  return Object.fromEntries(
    pending.toSorted().map((message) => [definitionName(message), definition(request, message)]),
  );
}

/** A reference to the definition of a message. */
export function refTo(message: string, dialect: Dialect): OpenApiSchema {
  return { $ref: `${dialect.refPrefix}${definitionName(message)}` };
}

function definition({ schema, dialect, kindsOf }: DefinitionsRequest, message: string): OpenApiSchema {
  const form = jsonFormOf(message);
  if (form) return message.endsWith('.JSON') ? {} : formSchemas[form](dialect);
  const fields = jsonFieldsOf(schema, message);
  const properties = fields.map(({ name, field }) => [name, propertySchema(schema, dialect, field)] as const);
  if (hasTypeMeta(message, schema[message] ?? {})) properties.push(['apiVersion', text], ['kind', text]);
  const required = fields.filter(isRequired).map(({ name }) => name);
  const kinds = kindsOf(message);
  return {
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
    type: 'object',
    ...(kinds.length > 0 && { 'x-kubernetes-group-version-kind': kinds }),
    ...(isAtomicMessage(message) && { 'x-kubernetes-map-type': 'atomic' }),
  };
}

const text: OpenApiSchema = { type: 'string' };

function isRequired({ field }: JsonField): boolean {
  return field.required === true || (field.always === true && field.optional !== true);
}

function propertySchema(schema: SchemaTable, dialect: Dialect, field: SchemaField): OpenApiSchema {
  return { ...fieldType(schema, dialect, field), ...extensionsOf(field) };
}

function fieldType(schema: SchemaTable, dialect: Dialect, field: SchemaField): OpenApiSchema {
  if (field.repeated) return { items: elementSchema(schema, dialect, field), type: 'array' };
  if (field.map !== undefined)
    return { additionalProperties: elementSchema(schema, dialect, field), type: 'object' };
  const isMessage = hasDefinition(schema, field.t);
  if (!dialect.isV3) return elementSchema(schema, dialect, field);
  const defaults = defaultOf(field);
  // Beside a reference, nothing else counts; so it is wrapped where something else is said.
  if (isMessage) return { allOf: [refTo(field.t, dialect)], ...defaults };
  return { ...scalarSchema(field.t), ...enumOf(field), ...defaults };
}

function elementSchema(schema: SchemaTable, dialect: Dialect, field: SchemaField): OpenApiSchema {
  if (hasDefinition(schema, field.t)) return refTo(field.t, dialect);
  return dialect.isV3 ? { ...scalarSchema(field.t), ...enumOf(field) } : scalarSchema(field.t);
}

/** Bare lists are written out where they stand. */
function hasDefinition(schema: SchemaTable, type: string): boolean {
  return schema[type] !== undefined && jsonFormOf(type) !== 'stringList';
}

function scalarSchema(type: string): OpenApiSchema {
  return scalarSchemas[type] ?? formSchemas.stringList(dialectV2);
}

const scalarSchemas: Readonly<Record<string, OpenApiSchema>> = {
  string: text,
  bool: { type: 'boolean' },
  int32: { format: 'int32', type: 'integer' },
  int64: { format: 'int64', type: 'integer' },
  uint32: { format: 'int64', type: 'integer' },
  uint64: { format: 'int64', type: 'integer' },
  double: { format: 'double', type: 'number' },
  bytes: { format: 'byte', type: 'string' },
};

function enumOf(field: SchemaField): OpenApiSchema {
  return field.enum ? { enum: field.enum } : {};
}

/** The schema table keeps defaults as JSON texts. */
function defaultOf(field: SchemaField): OpenApiSchema {
  if (typeof field.default !== 'string') return {};
  try {
    return { default: JSON.parse(field.default) as unknown };
  } catch {
    // A reference to a Go constant.
    return {};
  }
}

function extensionsOf(field: SchemaField): OpenApiSchema {
  const mapType = field.mapType ?? field.structType;
  return {
    ...(field.listMapKeys && { 'x-kubernetes-list-map-keys': field.listMapKeys }),
    ...(field.listType && { 'x-kubernetes-list-type': field.listType }),
    ...(mapType && { 'x-kubernetes-map-type': mapType }),
    ...(field.patchMergeKey && { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
    ...(field.patchStrategy && { 'x-kubernetes-patch-strategy': field.patchStrategy }),
  };
}

const formSchemas: Readonly<Record<JsonForm, (dialect: Dialect) => OpenApiSchema>> = {
  time: () => ({ format: 'date-time', type: 'string' }),
  microTime: () => ({ format: 'date-time', type: 'string' }),
  duration: () => text,
  quantity: ({ isV3 }) => (isV3 ? { oneOf: [text, { type: 'number' }] } : text),
  intOrString: ({ isV3 }) => ({
    format: 'int-or-string',
    ...(isV3 ? { oneOf: [{ type: 'integer' }, text] } : text),
  }),
  rawJson: () => ({ type: 'object' }),
  stringList: () => ({ items: text, type: 'array' }),
  schemaOrBool: () => ({}),
  schemaOrList: () => ({}),
  schemaOrStringList: () => ({}),
};
