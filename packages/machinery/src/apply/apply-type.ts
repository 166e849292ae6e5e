import { jsonFieldsOf } from '../decode/json-fields.ts';
import { type JsonForm, jsonFormOf } from '../decode/json-form.ts';
import { hasTypeMeta } from '../decode/type-meta.ts';
import type { SchemaField, SchemaTable } from '../schema-table.ts';
import { isAtomicMessage } from './atomic-messages.ts';

/**
 * A type as server-side apply sees it: what of a value is owned as a whole, and how items of lists are told apart.
 * - `deduced`: any JSON; objects are merged, lists are atomic.
 */
export type ApplyType =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'deduced' }
  | { readonly kind: 'object'; readonly isAtomic: boolean; readonly members: Members }
  | { readonly kind: 'list'; readonly items: ListItems; readonly element: ApplyType };

/** Objects have named fields (structs), or an element type for all names (maps). */
export interface Members {
  /** `undefined` for a name that is not a field of a struct. */
  readonly field: (name: string) => ApplyField | undefined;
  /** Of maps. */
  readonly element: ApplyType | undefined;
}

interface ApplyField {
  readonly type: ApplyType;
  /** Stands for the field in an item's key where the item does not have it. */
  readonly default: unknown;
}

export type ListItems =
  | { readonly by: 'nothing' }
  | { readonly by: 'value' }
  | { readonly by: 'keys'; readonly keys: readonly string[] };

const scalar: ApplyType = { kind: 'scalar' };
const deduced: ApplyType = { kind: 'deduced' };
const scalarField: ApplyField = { type: scalar, default: undefined };

const types = new WeakMap<SchemaTable, Map<string, ApplyType>>();

/** The type of a kind's message, with `apiVersion` and `kind`. */
export function applyTypeOf(schema: SchemaTable, message: string): ApplyType {
  let known = types.get(schema);
  if (!known) types.set(schema, (known = new Map()));
  let type = known.get(message);
  if (!type) known.set(message, (type = compileMessage(schema, message)));
  return type;
}

const formTypes: Readonly<Record<JsonForm, ApplyType>> = {
  time: scalar,
  microTime: scalar,
  duration: scalar,
  quantity: scalar,
  intOrString: scalar,
  rawJson: deduced,
  stringList: { kind: 'list', items: { by: 'nothing' }, element: scalar },
  schemaOrBool: deduced,
  schemaOrList: deduced,
  schemaOrStringList: deduced,
};

function compileMessage(schema: SchemaTable, message: string): ApplyType {
  const form = jsonFormOf(message);
  if (form) return formTypes[form];
  const definition = schema[message];
  if (!definition) return scalar;
  const withTypeMeta = hasTypeMeta(message, definition);
  let fields: ReadonlyMap<string, ApplyField> | undefined;
  const field = (name: string): ApplyField | undefined => {
    fields ??= new Map(
      jsonFieldsOf(schema, message).map((each) => [each.name, compileField(schema, each.field)]),
    );
    const isTypeMeta = withTypeMeta && (name === 'apiVersion' || name === 'kind');
    return fields.get(name) ?? (isTypeMeta ? scalarField : undefined);
  };
  return { kind: 'object', isAtomic: isAtomicMessage(message), members: { field, element: undefined } };
}

function compileField(schema: SchemaTable, field: SchemaField): ApplyField {
  return { type: fieldType(schema, field), default: defaultOf(field) };
}

function fieldType(schema: SchemaTable, field: SchemaField): ApplyType {
  const element = applyTypeOf(schema, field.t);
  if (field.map !== undefined) {
    return {
      kind: 'object',
      isAtomic: field.mapType === 'atomic',
      members: { field: () => undefined, element },
    };
  }
  if (field.repeated) return { kind: 'list', items: listItems(field), element };
  const structType = field.structType ?? field.mapType;
  if (element.kind !== 'object' || structType === undefined) return element;
  return { ...element, isAtomic: structType === 'atomic' };
}

/** Lists that say nothing follow their patch strategy, and are atomic without one. */
function listItems(field: SchemaField): ListItems {
  if (field.listType === 'atomic') return { by: 'nothing' };
  if (field.listType === 'set') return { by: 'value' };
  if (field.listType === 'map') return { by: 'keys', keys: (field.listMapKeys ?? []).toSorted() };
  const merges = field.patchStrategy?.split(',').includes('merge') === true;
  if (!merges) return { by: 'nothing' };
  return field.patchMergeKey === undefined ? { by: 'value' } : { by: 'keys', keys: [field.patchMergeKey] };
}

/** The schema table keeps defaults as JSON texts. */
function defaultOf(field: SchemaField): unknown {
  if (typeof field.default !== 'string') return undefined;
  try {
    return JSON.parse(field.default) as unknown;
  } catch {
    // A reference to a Go constant; none of them is a key of a list.
    return undefined;
  }
}

/** The type of one member of an object. Names that a struct does not have can be anything. */
export function memberType(members: Members, name: string): ApplyType {
  return members.field(name)?.type ?? members.element ?? deduced;
}

/** What a deduced value is, by its looks. */
export function deduceType(type: ApplyType, ...values: readonly unknown[]): ApplyType {
  if (type.kind !== 'deduced') return type;
  const value = values.find((each) => each !== undefined && each !== null);
  if (Array.isArray(value)) return atomicList;
  return typeof value === 'object' ? deducedObject : scalar;
}

const atomicList: ApplyType = { kind: 'list', items: { by: 'nothing' }, element: deduced };
const deducedObject: ApplyType = {
  kind: 'object',
  isAtomic: false,
  members: { field: () => undefined, element: deduced },
};
