import type { RequestAttributes } from '../authorize.ts';
import type { PolicyRule } from './policy-objects.ts';

const all = '*';
/** Between the group and the resource of a key: neither may be mistaken for a part of the other. */
const separator = '\0';

/** What a request looks for in rules: the keys under which a rule that allows it stands. */
export type Sought =
  | {
      readonly type: 'resource';
      readonly verbs: readonly string[];
      readonly keys: readonly string[];
      readonly name: string;
    }
  | { readonly type: 'path'; readonly verbs: readonly string[]; readonly path: string };

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
export function soughtBy(attributes: RequestAttributes): Sought {
  const verbs = attributes.verb === all ? [all] : [attributes.verb, all];
  if (attributes.type === 'path') return { type: 'path', verbs, path: attributes.path };
  const { group, resource, subresource, name } = attributes;
  const resources =
    subresource === '' ? [resource, all] : [`${resource}/${subresource}`, all, `${all}/${subresource}`];
  const keys = resources.flatMap((one) => [group + separator + one, all + separator + one]);
  return { type: 'resource', verbs, keys, name };
}

/** The lowest places of the rules that are about one verb on one resource. */
interface ResourcePlaces {
  /** Of those that name no objects. */
  any: number;
  named: Map<string, number> | undefined;
}

interface PathPlaces {
  readonly exact: Map<string, number>;
  readonly prefixes: Map<string, number>;
}

/**
 * Rules by what they allow: whether a request is allowed takes a few look-ups, however many rules there are. Each rule
 * has a place; of several that allow a request, the lowest place is found.
 */
export class RuleIndex {
  readonly #resources = new Map<string, Map<string, ResourcePlaces>>();
  readonly #paths = new Map<string, PathPlaces>();

  add(rules: readonly PolicyRule[], place: number): void {
    for (const rule of rules) {
      for (const verb of rule.verbs ?? []) {
        this.#addResources(rule, verb, place);
        this.#addPaths(rule, verb, place);
      }
    }
  }

  /** The lowest place of a rule that allows the request; Infinity if none does. */
  find(sought: Sought): number {
    let lowest = Infinity;
    for (const verb of sought.verbs) {
      const place =
        sought.type === 'resource' ? this.#findResource(verb, sought) : this.#findPath(verb, sought.path);
      if (place < lowest) lowest = place;
    }
    return lowest;
  }

  #findResource(verb: string, { keys, name }: Extract<Sought, { type: 'resource' }>): number {
    const byKey = this.#resources.get(verb);
    let lowest = Infinity;
    if (byKey === undefined) return lowest;
    for (const key of keys) {
      const places = byKey.get(key);
      if (places === undefined) continue;
      if (places.any < lowest) lowest = places.any;
      const named = places.named?.get(name);
      if (named !== undefined && named < lowest) lowest = named;
    }
    return lowest;
  }

  #findPath(verb: string, path: string): number {
    const places = this.#paths.get(verb);
    if (places === undefined) return Infinity;
    let lowest = places.exact.get(path) ?? Infinity;
    for (const [prefix, place] of places.prefixes) {
      if (place < lowest && path.startsWith(prefix)) lowest = place;
    }
    return lowest;
  }

  #addResources(rule: PolicyRule, verb: string, place: number): void {
    const { apiGroups, resources, resourceNames } = rule;
    if (!apiGroups?.length || !resources?.length) return;
    const byKey = entryOf(this.#resources, verb, () => new Map<string, ResourcePlaces>());
    for (const group of apiGroups) {
      for (const resource of resources) {
        const places = entryOf(byKey, group + separator + resource, noPlaces);
        if (!resourceNames?.length) {
          places.any = Math.min(places.any, place);
          continue;
        }
        places.named ??= new Map();
        for (const name of resourceNames) putLowest(places.named, name, place);
      }
    }
  }

  #addPaths({ nonResourceURLs }: PolicyRule, verb: string, place: number): void {
    if (!nonResourceURLs?.length) return;
    const { exact, prefixes } = entryOf(this.#paths, verb, () => ({ exact: new Map(), prefixes: new Map() }));
    for (const url of nonResourceURLs) {
      putLowest(exact, url, place);
      if (url.endsWith(all)) putLowest(prefixes, url.replace(/\*+$/, ''), place);
    }
  }
}

function noPlaces(): ResourcePlaces {
  return { any: Infinity, named: undefined };
}

function entryOf<V>(map: Map<string, V>, key: string, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

function putLowest(map: Map<string, number>, key: string, place: number): void {
  const known = map.get(key);
  if (known === undefined || place < known) map.set(key, place);
}
