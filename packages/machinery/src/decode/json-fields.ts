import type { SchemaField, SchemaTable } from '../schema-table.ts';

/** One field as it stands in a message's JSON object. */
export interface JsonField {
  readonly name: string;
  readonly field: SchemaField;
  /** Short names of the inlined messages that it comes from, outermost first. */
  readonly embeddedIn: readonly string[];
}

const caches = new WeakMap<SchemaTable, Map<string, readonly JsonField[]>>();

/**
 * The fields of a message's JSON object, in the order in which Go writes them; those of inlined messages stand among
 * them.
 */
export function jsonFieldsOf(schema: SchemaTable, message: string): readonly JsonField[] {
  let cache = caches.get(schema);
  if (!cache) caches.set(schema, (cache = new Map()));
  let fields = cache.get(message);
  if (!fields) cache.set(message, (fields = collect(schema, message)));
  return fields;
}

function collect(schema: SchemaTable, message: string): readonly JsonField[] {
  return Object.entries(schema[message] ?? {}).flatMap(([name, field]) =>
    isInline(field)
      ? jsonFieldsOf(schema, field.t).map((inlined) => ({
          ...inlined,
          embeddedIn: [field.t.slice(field.t.lastIndexOf('.') + 1), ...inlined.embeddedIn],
        }))
      : [{ name: jsonNameOf(name, field), field, embeddedIn: [] }],
  );
}

/** The table misses the mark at the one inlined message that has a protobuf tag and no JSON name. */
export function isInline(field: SchemaField): boolean {
  return field.inline === true || field.t === 'k8s.io.api.core.v1.EphemeralContainerCommon';
}

/** JSON names that the table misses. Other capitalized names are right: `Port` of a Node's endpoint is `Port`. */
const missingJsonNames: Readonly<Record<string, string>> = {
  Webhooks: 'webhooks',
  xKubernetesValidations: 'x-kubernetes-validations',
};

export function jsonNameOf(name: string, field: SchemaField): string {
  return field.json ?? missingJsonNames[name] ?? name;
}
