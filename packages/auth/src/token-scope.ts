import type { RequestAttributes } from './authorize.ts';
import { isBasicAccess } from './basic-access.ts';

/**
 * What a token is good for at most; what its subject may do there is decided apart from it. An absent member restricts
 * nothing, an empty list leaves nothing.
 */
export interface TokenScope {
  /** Ids of clusters. Only the tokens of the system cluster reach more than one. */
  readonly clusters?: readonly string[];
  /** Objects in these namespaces, and these namespaces themselves; nothing at the cluster scope. */
  readonly namespaces?: readonly string[];
  /** `get`, `list`, …; `*` stands for all. */
  readonly verbs?: readonly string[];
}

/**
 * Whether a scope covers a request. Discovery and reviews of oneself are always covered: clients cannot work without
 * them, and they tell nothing of what is in a cluster.
 *
 * @param scope absent: everything is covered
 */
export function withinScope(scope: TokenScope | undefined, attributes: RequestAttributes): boolean {
  if (scope === undefined) return true;
  if (!lists(scope.clusters, attributes.clusterId)) return false;
  if (isBasicAccess(attributes)) return true;
  if (!lists(scope.verbs, attributes.verb) && !scope.verbs?.includes('*')) return false;
  if (scope.namespaces === undefined) return true;
  return (
    attributes.type === 'resource' &&
    attributes.namespace !== '' &&
    scope.namespaces.includes(attributes.namespace)
  );
}

/** What both of two scopes cover; undefined where neither restricts anything. */
export function commonScope(
  first: TokenScope | undefined,
  second: TokenScope | undefined,
): TokenScope | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const clusters = commonNames(first.clusters, second.clusters);
  const namespaces = commonNames(first.namespaces, second.namespaces);
  const verbs = commonNames(withoutWildcard(first.verbs), withoutWildcard(second.verbs));
  return {
    ...(clusters !== undefined && { clusters }),
    ...(namespaces !== undefined && { namespaces }),
    ...(verbs !== undefined && { verbs }),
  };
}

function lists(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.includes(name);
}

function withoutWildcard(verbs: readonly string[] | undefined): readonly string[] | undefined {
  return verbs?.includes('*') ? undefined : verbs;
}

function commonNames(
  first: readonly string[] | undefined,
  second: readonly string[] | undefined,
): readonly string[] | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first.filter((name) => second.includes(name));
}
