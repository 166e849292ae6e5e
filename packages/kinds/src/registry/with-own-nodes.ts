import type { KindDefinition } from '../kind-definition.ts';
import { createRegistry } from './create-registry.ts';
import type { KindRegistry } from './kind-registry.ts';

/**
 * The registry as a cluster has it that brings its own nodes: what is elsewhere a view of the fleet are objects of its own, and no
 * agent of the fleet hears of what is assigned to them.
 */
export function withOwnNodes(registry: KindRegistry): KindRegistry {
  return createRegistry(registry.definitions.map(ownedByCluster), registry.schema);
}

function ownedByCluster(definition: KindDefinition): KindDefinition {
  // The schema of the whole registry has the messages already.
  const { schema: _schema, home: _home, fleetView: _view, assignedNode: _node, ...rest } = definition;
  return rest;
}
