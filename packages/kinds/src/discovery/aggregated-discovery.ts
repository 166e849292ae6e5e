import type { KindRegistry } from '../registry/kind-registry.ts';
import { type ListedKind, type ServedGroup, servedGroups } from './served-groups.ts';

/** `apidiscovery.k8s.io`: the documents of both versions are alike. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

export interface ResponseKind {
  group: string;
  version: string;
  kind: string;
}

export interface ApiSubresourceDiscovery {
  subresource: string;
  responseKind: ResponseKind;
  verbs: string[];
}

export interface ApiResourceDiscovery {
  resource: string;
  responseKind: ResponseKind;
  scope: 'Namespaced' | 'Cluster';
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: ApiSubresourceDiscovery[];
}

export interface ApiGroupDiscoveryList {
  kind: 'APIGroupDiscoveryList';
  apiVersion: `apidiscovery.k8s.io/${DiscoveryVersion}`;
  metadata: object;
  items: Array<{
    metadata: { name?: string; creationTimestamp: null };
    versions: Array<{ version: string; resources: ApiResourceDiscovery[]; freshness: 'Current' }>;
  }>;
}

/**
 * All that a client needs to know of `/api` (`core`) or of `/apis` (`named`) in one document.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
export function aggregatedDiscovery(
  registry: KindRegistry,
  groups: 'core' | 'named',
  version: DiscoveryVersion = 'v2',
): ApiGroupDiscoveryList {
  const served = servedGroups(registry).filter(({ name }) => (name === '') === (groups === 'core'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: served.map((group) => ({
      metadata: { ...(group.name !== '' && { name: group.name }), creationTimestamp: null },
      versions: group.versions.map((served) => ({
        version: served.version,
        resources: served.kinds.map((listed) => describeKind(group, listed)),
        freshness: 'Current' as const,
      })),
    })),
  };
}

function describeKind(group: ServedGroup, { definition, version }: ListedKind): ApiResourceDiscovery {
  const { kind, shortNames, categories, subresources } = definition;
  const responseKind = { group: group.name, version: version.version, kind };
  return {
    resource: definition.plural,
    responseKind,
    scope: definition.scope,
    singularResource: definition.singular,
    verbs: [...definition.verbs],
    ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
    ...(categories.length > 0 && { categories: [...categories] }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((subresource) => ({
        subresource: subresource.name,
        responseKind:
          subresource.kind === undefined
            ? responseKind
            : {
                group: subresource.group ?? group.name,
                version: subresource.version ?? version.version,
                kind: subresource.kind,
              },
        verbs: [...subresource.verbs],
      })),
    }),
  };
}
