import { systemClusterId } from '@berth/auth';
import { createRegistry, type KindDefinition, type KindRegistry, type Verb } from '@berth/kinds';

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

function asTenantsSeeIt(definition: KindDefinition): KindDefinition {
  // The schema of the whole registry has the messages already.
  const { schema: _schema, ...rest } = definition;
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
