import { issuerOf } from '@berth/auth';
import type { KindRegistry } from '@berth/kinds';
import { type KubeObject, methodNotAllowedError, pageNotFoundError } from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';
import type { AppDeps } from '../api-deps.ts';
import { auditedScope } from '../audit/audited-scope.ts';
import { clusterPlace } from '../objects/cluster-place.ts';
import { createBootstrapper } from '../objects/bootstrap-home.ts';
import { createListReader } from '../objects/list-reader.ts';
import { createPolicyReader } from '../objects/policy-reader.ts';
import { clusterSeedWrites } from '../provisioning/cluster-seed-writes.ts';
import { creations } from '../provisioning/creations.ts';
import { subresourceHandlers } from '../subresources/subresource-handlers.ts';
import { fleetView } from '../fleet/fleet-view.ts';
import { createObject } from '../verbs/create.ts';
import { deleteCollection } from '../verbs/delete-collection.ts';
import { deleteObject } from '../verbs/delete.ts';
import { getObject } from '../verbs/get.ts';
import { listObjects } from '../verbs/list.ts';
import { patchObject } from '../verbs/patch.ts';
import { updateObject } from '../verbs/update.ts';
import { watchObjects } from '../verbs/watch.ts';
import { createAccessToken } from '../tokens/create-access-token.ts';
import { reviewHandlers } from '../reviews/review-handlers.ts';
import { createTenantCluster, type NewClusterParts, type WantedCluster } from '../tenancy/new-cluster.ts';
import { tenancyReader } from '../tenancy/tenancy-reader.ts';
import { lifecycleContext, type ResourceHandler } from './resource-request.ts';
import { type ResourceScope, resourceScopeOf } from './resource-scope.ts';
import { createNodeTakesIn } from './node-inputs.ts';
import { createPodReferencesOf } from './pod-references-of.ts';
import { restrictNode } from './restrict-node.ts';

const verbHandlers: Readonly<Record<string, ResourceHandler>> = {
  get: getObject,
  list: listObjects,
  watch: watchObjects,
  create: createObject,
  update: updateObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
};

/** Verbs that do more for a kind than for others, by resource. */
const kindHandlers: Readonly<Record<string, Readonly<Record<string, ResourceHandler>>>> = {
  'tokens.access.berth.dev': { create: createAccessToken },
};

/**
 * Sends a request on a resource to the handler of its verb.
 *
 * @param tenantKinds what a new cluster serves
 */
export function serveResource(deps: AppDeps, tenantKinds: KindRegistry) {
  const sources = {
    store: deps.store,
    ...clusterSources(deps, tenantKinds),
    creationsOf: (objects: readonly KubeObject[]) => creations(deps.kinds, objects, lifecycleContext(deps)),
    readList: createListReader(),
    bootstrap: createBootstrapper(tenantKinds, () => lifecycleContext(deps)),
    clusterPlace: clusterPlace(deps),
    readPolicies: createPolicyReader(),
  };
  const nodeTakesIn = createNodeTakesIn(deps.store, createPodReferencesOf(deps.store));
  return async (c: ApiContext): Promise<Response> => {
    const attributes = c.get('attributes');
    if (attributes.type === 'path') throw pageNotFoundError();
    const asked = resourceScopeOf(sources, c.get('kinds'), attributes);
    const scope = auditedScope(c, await fleetView(asked, deps.tenants));
    const { deprecationWarning } = scope.version;
    if (deprecationWarning !== undefined) c.get('warnings').push(deprecationWarning);
    const handler = handlerOf(scope);
    const request = { c, deps, scope };
    await restrictNode(request, nodeTakesIn);
    return handler(request);
  };
}

/** How the objects that stand for clusters make them. `kinds` is what each cluster serves. */
function clusterSources(deps: AppDeps, kinds: KindRegistry) {
  const reader = tenancyReader(deps.store);
  const parts: NewClusterParts = {
    store: deps.store,
    reader,
    kinds,
    context: () => lifecycleContext(deps),
    seed: () => clusterSeedWrites(kinds, deps),
    newSigningKeys: (clusterId) => deps.keys.newKeys(clusterId),
  };
  return {
    createCluster: (wanted: WantedCluster) => createTenantCluster(parts, wanted),
    isTenantSuspended: async (name: string) => (await reader.tenant(name))?.spec?.suspended ?? false,
    placeOf: (clusterId: string) => ({
      endpoint: `${deps.externalUrl}/clusters/${clusterId}`,
      issuer: issuerOf(deps.externalUrl, clusterId),
    }),
  };
}

function handlerOf(scope: ResourceScope): ResourceHandler {
  const { definition, attributes, resource } = scope;
  const { verb, subresource } = attributes;
  const handler = definition.virtual
    ? reviewHandlers[resource]
    : (subresourceHandlers[subresource]?.[verb] ??
      (isWholeObject(scope) ? (kindHandlers[resource]?.[verb] ?? verbHandlers[verb]) : undefined));
  if (handler === undefined) throw methodNotAllowedError(attributes, verb);
  return handler;
}

/** Whether the body is the object or a form of it: the main resource, its status and scale, and what the kind has strategies for. */
function isWholeObject({ definition, attributes }: ResourceScope): boolean {
  const { subresource } = attributes;
  const { status, subresources = {} } = definition.strategy;
  if (subresource === 'status') return status !== undefined;
  if (subresource === 'scale') return definition.scale !== undefined;
  return subresource === '' || Object.hasOwn(subresources, subresource);
}
