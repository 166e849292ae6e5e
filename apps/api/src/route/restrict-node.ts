import { nodeNameOf, type ResourceAttributes } from '@berth/auth';
import { type PersistentVolume, type Pod, podReferences } from '@berth/kinds';
import { forbiddenError, goQuote, type KubeObject } from '@berth/machinery';
import { decodeStored } from '../objects/versions.ts';
import { forbid } from '../pipeline/authorize.ts';
import type { ResourceRequest } from './resource-request.ts';
import { keyOf } from './resource-scope.ts';
import type { NodeTakesIn } from './node-inputs.ts';
import { nodeWriteRefusal } from './node-write-refusal.ts';

/**
 * What the state of the cluster says of a node's request, after its rules allowed it: pods are its own, and it reads only
 * what these take in. https://kubernetes.io/docs/reference/access-authn-authz/node/
 *
 * @throws StatusError `Forbidden`
 */
export async function restrictNode(request: ResourceRequest, takesIn: NodeTakesIn): Promise<void> {
  const { attributes } = request.scope;
  const node = requestingNode(request);
  if (node === undefined) return;
  if (attributes.resource === 'pods') return requireOwnPod(request, node);
  const { resource } = attributes;
  if (resource === 'persistentvolumes') return requireUsedVolume(request, node, takesIn);
  if (resource !== 'secrets' && resource !== 'configmaps' && resource !== 'persistentvolumeclaims') return;
  if (!(await takesIn(node, { ...attributes, resource }))) throw unrelated(request, node);
}

/** A volume that the node has itself, or, for reading, whose claim one of its pods uses. */
async function requireUsedVolume(
  request: ResourceRequest,
  node: string,
  takesIn: NodeTakesIn,
): Promise<void> {
  const { scope } = request;
  const stored = await scope.home.get(keyOf(scope));
  if (stored === undefined) return;
  const volume: PersistentVolume = decodeStored(scope, stored);
  if (scope.definition.assignedNode?.(volume) === node) return;
  const { namespace = '', name = '' } = volume.spec?.claimRef ?? {};
  const { clusterId, verb } = scope.attributes;
  const claim = { clusterId, resource: 'persistentvolumeclaims', namespace, name } as const;
  if (verb !== 'get' || !(await takesIn(node, claim))) throw unrelated(request, node);
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
    'create eviction': `node "${node}" can only evict pods with spec.nodeName set to itself`,
  };
}

/**
 * What a node may not change of what it may write.
 *
 * @param next the object as it is to be stored, defaults included
 * @param current the object that it replaces
 * @throws StatusError `Forbidden`
 */
export function restrictNodeWrite(request: ResourceRequest, next: KubeObject, current?: KubeObject): void {
  const node = requestingNode(request);
  if (node === undefined) return;
  const { attributes, groupResource } = request.scope;
  const { resource, subresource } = attributes;
  const refusal = nodeWriteRefusal(node, {
    resource,
    subresource,
    next,
    ...(current !== undefined && { current }),
  });
  if (refusal !== undefined) throw forbiddenError(groupResource, next.metadata.name, refusal);
}

interface BoundPodReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

/**
 * A node gets tokens for its own pods alone, of the account that they run as, bound to them, for whom their volumes say.
 *
 * @param reference the object that the token is to be bound to
 * @param audiences as they are asked for; none for the API server itself
 * @throws StatusError `Forbidden`
 */
export async function restrictNodeToken(
  request: ResourceRequest,
  reference: BoundPodReference | undefined,
  audiences: readonly string[],
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
  if (audiences.length > 1) throw refuse('node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  if (podReferences(pod).tokens.some((token) => (token.audience ?? '') === audience)) return;
  throw refuse(
    `audience ${goQuote(audience)} not found in pod spec volume, system:node:${node} is not authorized to request service account tokens for this audience`,
  );
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
