import type { KindRegistry } from '@berth/kinds';
import type { TypeMeta } from '@berth/machinery';

const known = new WeakMap<KindRegistry, Map<string, TypeMeta>>();

/** `apiVersion` and `kind` of a resource's stored objects; undefined for a kind that the registry does not have. */
export function storageTypeOf(registry: KindRegistry, resource: string): TypeMeta | undefined {
  let types = known.get(registry);
  if (!types) {
    types = new Map();
    known.set(registry, types);
  }
  const type = types.get(resource);
  if (type) return type;
  const definition = registry.byResource(resource);
  if (!definition) return undefined;
  const { group, version } = definition.versions[0];
  const found = { apiVersion: group === '' ? version : `${group}/${version}`, kind: definition.kind };
  types.set(resource, found);
  return found;
}
