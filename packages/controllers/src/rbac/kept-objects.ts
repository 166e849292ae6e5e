import { bootstrapObjectsOf, type KindRegistry, policyResources } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { ReconcileKey } from '../reconciler.ts';

const known = new WeakMap<KindRegistry, ReadonlyMap<string, KubeObject>>();

/** The object of the default policy of this cluster under a key; undefined if there is none. */
export function keptObject({ resource, name }: ReconcileKey, registry: KindRegistry): KubeObject | undefined {
  return keptObjects(registry).get(`${resource}/${name}`);
}

/** The default policy of this cluster, by `resource/name`. */
export function keptObjects(registry: KindRegistry): ReadonlyMap<string, KubeObject> {
  const kept = known.get(registry) ?? collect(registry);
  known.set(registry, kept);
  return kept;
}

function collect(registry: KindRegistry): ReadonlyMap<string, KubeObject> {
  // Only the system cluster serves kinds that are its alone.
  const isSystem = registry.definitions.some(({ systemOnly }) => systemOnly);
  const resources = [policyResources.clusterRoles, policyResources.clusterRoleBindings];
  return new Map(
    resources.flatMap((resource) => {
      const definition = registry.byResource(resource);
      if (definition === undefined) return [];
      return bootstrapObjectsOf(definition, { isSystem })
        .filter(({ kind }) => kind === definition.kind)
        .map((object) => [`${resource}/${object.metadata.name}`, object] as const);
    }),
  );
}
