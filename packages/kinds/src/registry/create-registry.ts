import type { SchemaTable } from '@berth/machinery';
import type { KindDefinition, ServedVersion } from '../kind-definition.ts';
import type { KindRegistry, ServedKind } from './kind-registry.ts';
import { apiVersionOf, resourceName } from './resource-name.ts';

/**
 * A registry of these kinds. Lookups are by hash.
 *
 * @param schema messages that the definitions refer to but do not bring along.
 * @throws Error if two definitions serve the same path or kind, or bring the same message.
 */
export function createRegistry(
  definitions: readonly KindDefinition[],
  schema: SchemaTable = {},
): KindRegistry {
  const byResource = new Map<string, KindDefinition>();
  const byPath = new Map<string, ServedKind>();
  const byKind = new Map<string, ServedKind>();
  const messages: Record<string, SchemaTable[string]> = { ...schema };

  for (const definition of definitions) {
    putNew(byResource, resourceName(definition), definition);
    for (const version of definition.versions) {
      const served = { definition: withStrictRules(definition, version), version };
      putNew(byPath, `${apiVersionOf(version)} ${definition.plural}`, served);
      putNew(byKind, `${apiVersionOf(version)} ${definition.kind}`, served);
    }
    for (const [name, message] of Object.entries(definition.schema ?? {})) {
      if (name in messages) throw new Error(`two kinds bring the message ${name}`);
      messages[name] = message;
    }
  }

  return {
    definitions,
    schema: messages,
    byResource: (resource) => byResource.get(resource),
    byPath: (group, version, plural) => byPath.get(`${apiVersionOf({ group, version })} ${plural}`),
    byGroupVersionKind: (apiVersion, kind) => byKind.get(`${apiVersion} ${kind}`),
    withKinds: (added) => createRegistry([...definitions, ...added], schema),
  };
}

/** The definition as requests in this version see it. */
function withStrictRules(definition: KindDefinition, { strict }: ServedVersion): KindDefinition {
  if (!strict) return definition;
  const { strategy } = definition;
  return {
    ...definition,
    strategy: {
      ...strategy,
      validateCreate: (object) => [...strategy.validateCreate(object), ...strict.validateCreate(object)],
      validateUpdate: (next, current) => [
        ...strategy.validateUpdate(next, current),
        ...strict.validateUpdate(next, current),
      ],
    },
  };
}

function putNew<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.has(key)) throw new Error(`two kinds are called ${key}`);
  map.set(key, value);
}
