import { systemClusterId } from '@berth/auth';
import {
  createRegistry,
  type KindDefinition,
  type KindRegistry,
  type Verb,
  withOwnNodes,
} from '@berth/kinds';

const readVerbs: ReadonlySet<Verb> = new Set<Verb>(['get', 'list', 'watch']);

/**
 * The kinds that each cluster serves. The fleet's own cluster has all of them; the others have neither those that are its
 * alone, nor any way to write those that they only have a view of.
 */
export function clusterKinds(registry: KindRegistry): (clusterId: string) => KindRegistry {
  const tenantRegistry = createRegistry(
    registry.definitions.filter(({ systemOnly }) => !systemOnly).map(asTenantsSeeIt),
    registry.schema,
  );
  return (clusterId) => (clusterId === systemClusterId ? registry : tenantRegistry);
}

/** The kinds that a cluster serves which brings its own nodes. */
export function ownNodesKinds(registry: KindRegistry): KindRegistry {
  const definitions = registry.definitions.filter(({ systemOnly }) => !systemOnly);
  return withOwnNodes(createRegistry(definitions.map(withoutSchema), registry.schema));
}

/** The schema of the whole registry has the messages already. */
function withoutSchema({ schema: _schema, ...definition }: KindDefinition): KindDefinition {
  return definition;
}

function asTenantsSeeIt(definition: KindDefinition): KindDefinition {
  const rest = withoutSchema(definition);
  if (definition.home !== 'fleet') return rest;
  const reads = (verbs: readonly Verb[]) => verbs.filter((verb) => readVerbs.has(verb));
  return {
    ...rest,
    verbs: reads(definition.verbs),
    subresources: definition.subresources.map((subresource) => ({
      ...subresource,
      verbs: reads(subresource.verbs),
    })),
  };
}
