import type { Subresource } from '../kind-definition.ts';
import type { KindRegistry } from '../registry/kind-registry.ts';
import { apiVersionOf } from '../registry/resource-name.ts';
import { type ListedKind, type ServedGroup, servedGroups } from './served-groups.ts';

/** `/api`. @param serverAddress host and port under which clients reach the server. */
export function apiVersions(serverAddress: string): ApiVersions {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

export interface ApiVersions {
  kind: 'APIVersions';
  versions: string[];
  serverAddressByClientCIDRs: Array<{ clientCIDR: string; serverAddress: string }>;
}

export interface GroupVersionForDiscovery {
  groupVersion: string;
  version: string;
}

export interface ApiGroup {
  name: string;
  versions: GroupVersionForDiscovery[];
  preferredVersion: GroupVersionForDiscovery;
}

export interface ApiGroupList {
  kind: 'APIGroupList';
  apiVersion: 'v1';
  groups: ApiGroup[];
}

/** `/apis`: every group but the core. */
export function apiGroupList(registry: KindRegistry): ApiGroupList {
  const groups = servedGroups(registry).filter(({ name }) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) };
}

/** `/apis/<group>`; nothing for a group that is not served. */
export function apiGroup(
  registry: KindRegistry,
  name: string,
): ({ kind: 'APIGroup'; apiVersion: 'v1' } & ApiGroup) | undefined {
  const group = servedGroups(registry).find((served) => served.name === name && name !== '');
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) };
}

/** One resource or subresource of a group's version. */
export interface ApiResource {
  /** `jobs`, `jobs/status` */
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
}

export interface ApiResourceList {
  kind: 'APIResourceList';
  apiVersion: 'v1';
  groupVersion: string;
  resources: ApiResource[];
}

/** `/api/v1` and `/apis/<group>/<version>`; nothing for what is not served. */
export function apiResourceList(
  registry: KindRegistry,
  group: string,
  version: string,
): ApiResourceList | undefined {
  const served = servedGroups(registry)
    .find(({ name }) => name === group)
    ?.versions.find((candidate) => candidate.version === version);
  if (!served) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: served.kinds.flatMap(describeKind),
  };
}

function describeGroup({ name, versions }: ServedGroup): ApiGroup {
  const described = versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group: name, version }),
    version,
  }));
  const preferred = versions[0].version;
  const preferredVersion = {
    groupVersion: apiVersionOf({ group: name, version: preferred }),
    version: preferred,
  };
  return { name, versions: described, preferredVersion };
}

function describeKind({ definition }: ListedKind): ApiResource[] {
  const { plural, singular, scope, kind, verbs, shortNames, categories } = definition;
  const namespaced = scope === 'Namespaced';
  const resource: ApiResource = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs],
    ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
    ...(categories.length > 0 && { categories: [...categories] }),
  };
  const describeSubresource = (subresource: Subresource): ApiResource => ({
    name: `${plural}/${subresource.name}`,
    singularName: '',
    namespaced,
    ...(subresource.group && { group: subresource.group }),
    ...(subresource.kind && subresource.version && { version: subresource.version }),
    kind: subresource.kind ?? kind,
    verbs: [...subresource.verbs],
  });
  return [resource, ...definition.subresources.map(describeSubresource)];
}
