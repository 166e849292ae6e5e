import { type ResourceAttributes, systemClusterId } from '@berth/auth';
import {
  apiVersionOf,
  groupResource,
  type KindDefinition,
  type KindRegistry,
  resourceName,
  type ServedKind,
  type ServedVersion,
} from '@berth/kinds';
import {
  type GroupResource,
  type LabelRequirement,
  methodNotAllowedError,
  pageNotFoundError,
  type TypeMeta,
} from '@berth/machinery';
import type { ClusterStore, ObjectKey, StoredObject } from '@berth/store';
import { type HomeSources, type ObjectHome, objectHome } from '../objects/object-home.ts';

/** A request on a resource, with the kind that serves it and the place where its objects are. */
export interface ResourceScope {
  readonly attributes: ResourceAttributes;
  readonly kinds: KindRegistry;
  readonly definition: KindDefinition;
  /** The version of the URL. */
  readonly version: ServedVersion;
  /** `apiVersion` and `kind` of that version. */
  readonly typeMeta: TypeMeta;
  readonly storageTypeMeta: TypeMeta;
  /** For error messages. */
  readonly groupResource: GroupResource;
  /** The store's name of the resource. */
  readonly resource: string;
  /** The log that the objects are in: the request's cluster's, or the fleet's for views of it. */
  readonly cluster: ClusterStore;
  readonly home: ObjectHome;
  /** What the labels of objects must meet to be seen from the request's cluster; see `fleetView`. */
  readonly viewRequirements: readonly LabelRequirement[];
  /** Reads the objects of a resource by which objects of the request's namespace are judged; see `KindAdmission`. */
  readonly readPolicies: (
    resource: string,
    resourceScope: KindDefinition['scope'],
  ) => Promise<readonly StoredObject[]>;
  /** '' for cluster-scoped kinds and for requests over all namespaces. */
  readonly namespace: string;
  /** '' where the URL names no object. */
  readonly name: string;
}

const acrossNamespaces: readonly string[] = ['list', 'watch'];
const namedVerbs: readonly string[] = ['get', 'update', 'patch', 'delete'];
const unnamedVerbs: readonly string[] = ['create', 'list', 'deletecollection'];

/**
 * Finds what serves a request.
 *
 * @param kinds what the cluster serves; see `clusterKinds`
 * @throws StatusError `NotFound` for a resource that is not served there, `MethodNotAllowed` for a verb that it does not have
 */
export function resourceScopeOf(
  sources: HomeSources,
  kinds: KindRegistry,
  attributes: ResourceAttributes,
): ResourceScope {
  const { group, version, resource, clusterId } = attributes;
  const served = kinds.byPath(group, version, resource);
  if (served === undefined) throw pageNotFoundError();
  const { definition } = served;
  requireVerb(definition, attributes);
  requireScope(definition, attributes);
  const homeClusterId = definition.home === 'fleet' ? systemClusterId : clusterId;
  return scopeOf({ sources, kinds, attributes, served, homeClusterId });
}

interface ScopeParts {
  readonly sources: HomeSources;
  readonly kinds: KindRegistry;
  readonly attributes: ResourceAttributes;
  readonly served: ServedKind;
  readonly homeClusterId: string;
}

function scopeOf({ sources, kinds, attributes, served, homeClusterId }: ScopeParts): ResourceScope {
  const { definition, version } = served;
  const cluster = sources.store.cluster(homeClusterId);
  const { namespace } = attributes;
  return {
    attributes,
    kinds,
    definition,
    version,
    typeMeta: { apiVersion: apiVersionOf(version), kind: definition.kind },
    storageTypeMeta: { apiVersion: apiVersionOf(definition.versions[0]), kind: definition.kind },
    groupResource: groupResource(definition),
    resource: resourceName(definition),
    cluster,
    home: objectHome(sources, homeClusterId, definition),
    viewRequirements: [],
    readPolicies: (policies, policyScope) =>
      sources.readPolicies(cluster, {
        resource: policies,
        namespace: policyScope === 'Namespaced' ? namespace : '',
      }),
    namespace: definition.scope === 'Namespaced' ? attributes.namespace : '',
    name: attributes.name,
  };
}

function requireVerb(
  definition: KindDefinition,
  { verb, subresource, name, group, resource }: ResourceAttributes,
): void {
  const verbs: readonly string[] | undefined =
    subresource === ''
      ? definition.verbs
      : definition.subresources.find((candidate) => candidate.name === subresource)?.verbs;
  if (verbs === undefined) throw pageNotFoundError();
  const fits = subresource !== '' || !(name === '' ? namedVerbs : unnamedVerbs).includes(verb);
  if (!fits || !verbs.includes(verb)) throw methodNotAllowedError({ group, resource }, verb);
}

function requireScope(
  definition: KindDefinition,
  { verb, namespace, name, ...attributes }: ResourceAttributes,
): void {
  if (definition.scope === 'Cluster') {
    // A namespace counts as being in itself.
    if (namespace !== '' && namespace !== name) throw pageNotFoundError();
  } else if (namespace === '' && !acrossNamespaces.includes(verb)) {
    if (name !== '') throw pageNotFoundError();
    throw methodNotAllowedError(attributes, verb);
  }
}

/** The key of the object that the URL names. */
export function keyOf(scope: ResourceScope, name = scope.name): ObjectKey {
  return { resource: scope.resource, namespace: scope.namespace, name };
}
