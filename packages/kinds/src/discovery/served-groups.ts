import type { KindDefinition, ServedVersion } from '../kind-definition.ts';
import type { KindRegistry } from '../registry/kind-registry.ts';
import { compareVersions } from './version-order.ts';

/** A kind at the version under which a group lists it. */
export interface ListedKind {
  readonly definition: KindDefinition;
  readonly version: ServedVersion;
}

/** One version of a group with its kinds, in the order of their plurals. */
export interface ServedGroupVersion {
  readonly version: string;
  readonly kinds: readonly ListedKind[];
}

/** A group with its versions, the preferred one first. */
export interface ServedGroup {
  /** '' for the core group. */
  readonly name: string;
  readonly versions: readonly [ServedGroupVersion, ...ServedGroupVersion[]];
}

/** All groups of a registry, in the order of their names; the core group is first. */
export function servedGroups(registry: KindRegistry): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, ListedKind[]>>();
  for (const definition of registry.definitions) {
    for (const version of definition.versions) {
      const versions = entry(groups, version.group, () => new Map<string, ListedKind[]>());
      entry(versions, version.version, () => []).push({ definition, version });
    }
  }
  return [...groups]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([name, versions]) => {
      const [preferred, ...others] = [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, kinds]) => ({ version, kinds: kinds.sort(byPlural) }));
      return preferred ? [{ name, versions: [preferred, ...others] as const }] : [];
    });
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}

function byPlural(left: ListedKind, right: ListedKind): number {
  return compare(left.definition.plural, right.definition.plural);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
