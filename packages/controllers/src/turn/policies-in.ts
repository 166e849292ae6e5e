import { type KindRegistry, withBootstrapObjects } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';

interface Policies {
  readonly registry: KindRegistry;
  list(resource: string, namespace?: string): readonly KubeObject[];
}

/** The objects by which objects of a namespace are judged, in order of their names, as the API server reads them. */
export function policiesIn(view: Policies, resource: string, namespace: string): readonly KubeObject[] {
  const definition = view.registry.byResource(resource);
  if (definition === undefined) throw new Error(`no cluster serves ${resource}`);
  const stored = definition.scope === 'Namespaced' ? view.list(resource, namespace) : view.list(resource);
  return withBootstrapObjects(definition, stored);
}
