import { nodeNameOf, type ResourceAttributes } from '@berth/auth';
import type { Pod } from '@berth/kinds';
import { forbiddenError, type KubeObject } from '@berth/machinery';
import type { Store } from '@berth/store';
import { LRUCache } from 'lru-cache';
import { decodeStored } from '../objects/versions.ts';
import { forbid } from '../pipeline/authorize.ts';
import type { ResourceRequest } from './resource-request.ts';
import { keyOf } from './resource-scope.ts';

/** Whether a node runs a pod in a namespace of a cluster. */
type RunsPodsIn = (
  node: string,
  place: { readonly clusterId: string; readonly namespace: string },
) => Promise<boolean>;

/** How long a node is believed to have the pods that it had. That it has none somewhere is looked up each time. */
const rememberedForMs = 1_000;
const rememberedNodes = 1_000;

export function createRunsPodsIn(store: Pick<Store, 'assignedTo'>): RunsPodsIn {
  const places = new LRUCache<string, ReadonlySet<string>>({
    max: rememberedNodes,
    ttl: rememberedForMs,
    fetchMethod: async (node) =>
      new Set((await store.assignedTo(node)).map((pod) => `${pod.clusterId}/${pod.namespace}`)),
  });
  return async (node, { clusterId, namespace }) => {
    const place = `${clusterId}/${namespace}`;
    if ((await places.fetch(node))?.has(place)) return true;
    return (await places.fetch(node, { forceRefresh: true }))?.has(place) ?? false;
  };
}

/**
 * What the state of the cluster says of a node's request, after its rules allowed it: pods are its own, and what pods
 * take in is read only where it runs some. https://kubernetes.io/docs/reference/access-authn-authz/node/
 *
 * @throws StatusError `Forbidden`
 */
export async function restrictNode(request: ResourceRequest, runsPodsIn: RunsPodsIn): Promise<void> {
  const { attributes } = request.scope;
  const node = requestingNode(request);
  if (node === undefined) return;
  if (attributes.resource === 'pods') return requireOwnPod(request, node);
  const isInput = attributes.resource === 'secrets' || attributes.resource === 'configmaps';
  if (isInput && !(await runsPodsIn(node, attributes))) throw unrelated(request, node);
}

async function requireOwnPod(request: ResourceRequest, node: string): Promise<void> {
  const { scope } = request;
  const stored = await scope.home.get(keyOf(scope));
  if (stored === undefined) return;
  const pod: Pod = decodeStored(scope, stored);
  if (pod.spec?.nodeName === node) return;
  const explanation = podRefusals(node)[verbOn(scope.attributes)];
  throw explanation === undefined
    ? unrelated(request, node)
    : forbiddenError(scope.groupResource, scope.name, explanation);
}

function verbOn({ verb, subresource }: ResourceAttributes): string {
  return subresource === '' ? verb : `${verb} ${subresource}`;
}

/** In the words of upstream's NodeRestriction. */
function podRefusals(node: string): Readonly<Record<string, string>> {
  const status = `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  return {
    delete: `node "${node}" can only delete pods with spec.nodeName set to itself`,
    'update status': status,
    'patch status': status,
  };
}

interface BoundPodReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

/**
 * A node gets tokens for its own pods alone, of the account that they run as, bound to them.
 *
 * @param reference the object that the token is to be bound to
 * @throws StatusError `Forbidden`
 */
export async function restrictNodeToken(
  request: ResourceRequest,
  reference: BoundPodReference | undefined,
): Promise<void> {
  const node = requestingNode(request);
  if (node === undefined) return;
  const { scope } = request;
  const refuse = (explanation: string) => forbiddenError(scope.groupResource, scope.name, explanation);
  if (reference?.kind !== 'Pod' || !reference.name) throw refuse('node requested token not bound to a pod');
  if (!reference.uid) throw refuse('node requested token with a pod binding without a uid');
  const { namespace } = scope;
  const stored = await scope.cluster.get({ resource: 'pods', namespace, name: reference.name });
  const pod: (Pick<Pod, 'spec'> & Pick<KubeObject, 'metadata'>) | undefined =
    stored === undefined ? undefined : JSON.parse(stored.body);
  if (pod?.spec?.nodeName !== node) {
    throw refuse('node requested token bound to a pod scheduled on a different node');
  }
  if ((pod.spec.serviceAccountName || 'default') !== scope.name) throw unrelated(request, node);
}

function requestingNode({ c }: ResourceRequest): string | undefined {
  const identity = c.get('identity');
  return identity === undefined ? undefined : nodeNameOf(identity);
}

/** As upstream's node authorizer puts it. */
function unrelated({ c, scope }: ResourceRequest, node: string) {
  const username = c.get('identity')?.username ?? '';
  const reason = `no relationship found between node '${node}' and this object`;
  return forbid(username, scope.attributes, reason);
}
