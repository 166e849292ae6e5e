import type { KubeObject } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { bootstrapObjectsOf } from './bootstrap-objects-of.ts';

/**
 * The stored objects of a kind with those that every cluster has and that nobody has looked at yet: what is not stored
 * decides as its default. In order of their names.
 */
export function withBootstrapObjects(
  kind: KindDefinition,
  stored: readonly KubeObject[],
  cluster: { readonly isSystem: boolean } = { isSystem: false },
): readonly KubeObject[] {
  const defaults = bootstrapObjectsOf(kind, cluster);
  if (defaults.length === 0 && stored.length < 2) return stored;
  const names = new Set(stored.map(({ metadata }) => metadata.name));
  const unseen = defaults.filter((object) => object.kind === kind.kind && !names.has(object.metadata.name));
  return [...stored, ...unseen].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
