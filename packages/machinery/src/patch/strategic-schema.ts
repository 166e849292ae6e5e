import { jsonFieldsOf } from '../decode/json-fields.ts';
import { jsonFormOf } from '../decode/json-form.ts';
import type { SchemaField, SchemaTable } from '../schema-table.ts';

/** How strategic merge patch treats one field. */
export interface PatchField {
  /** Lists: items are merged rather than the list replaced. Objects are merged unless the strategy is `replace`. */
  readonly strategy: 'merge' | 'replace' | '';
  /** The field by which items of a merged list are told apart; '' for lists of scalars. */
  readonly mergeKey: string;
  /** What the value, or each item of a list, is. */
  readonly type: PatchType;
}

/** The type of a value, as far as merging needs it. */
export interface PatchType {
  /** Go's name, for messages. */
  readonly name: string;
  field(name: string): PatchField;
}

/** What stands in a value without a schema (`RawExtension`), in a map's values, and below scalars. */
const untyped: PatchType = {
  name: 'interface {}',
  field: () => ({ strategy: '', mergeKey: '', type: untyped }),
};

const types = new WeakMap<SchemaTable, Map<string, PatchType>>();

/** The patch metadata of a message; without any if the table does not have it. */
export function patchTypeOf(schema: SchemaTable, message: string): PatchType {
  if (!schema[message] || jsonFormOf(message)) return untyped;
  let known = types.get(schema);
  if (!known) types.set(schema, (known = new Map()));
  let type = known.get(message);
  if (!type) known.set(message, (type = compile(schema, message)));
  return type;
}

function compile(schema: SchemaTable, message: string): PatchType {
  const name = message.split('.').slice(-2).join('.');
  let fields: ReadonlyMap<string, PatchField> | undefined;
  return {
    name,
    field: (fieldName) => {
      fields ??= new Map(
        jsonFieldsOf(schema, message).map((each) => [each.name, patchField(schema, each.field)]),
      );
      return fields.get(fieldName) ?? untyped.field(fieldName);
    },
  };
}

function patchField(schema: SchemaTable, field: SchemaField): PatchField {
  // `retainKeys` is about a directive in the patch, which is obeyed wherever it stands.
  const strategies = (field.patchStrategy ?? '').split(',').filter((strategy) => strategy !== 'retainKeys');
  const [strategy = ''] = strategies;
  const element = patchTypeOf(schema, field.t);
  return {
    strategy: strategy === 'merge' || strategy === 'replace' ? strategy : '',
    mergeKey: field.patchMergeKey ?? '',
    type: field.map === undefined ? element : mapOf(element),
  };
}

function mapOf(element: PatchType): PatchType {
  return {
    name: `map[string]${element.name}`,
    field: () => ({ strategy: '', mergeKey: '', type: element }),
  };
}
