import { systemClusterId } from '@berth/auth';
import { nodePoolRequirements } from '@berth/kinds';
import { forbiddenError, type KubeObject, matchesLabels } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';

/**
 * Nobody puts an object on a node of the fleet past the pools of its cluster. The name of a node that does not exist passes, as
 * it does upstream.
 *
 * @param nodeName '' or undefined: on no node
 * @throws StatusError `Forbidden`
 */
export async function requireUsableNode(
  { deps, scope }: ResourceRequest,
  object: Pick<KubeObject, 'metadata'>,
  nodeName: string | undefined,
): Promise<void> {
  const { clusterId } = scope.attributes;
  if (!nodeName || clusterId === systemClusterId) return;
  const facts = await deps.tenants.ofCluster(clusterId);
  const required = facts?.ownNodes ? [] : nodePoolRequirements(facts?.nodePools);
  if (required.length === 0) return;
  const system = deps.store.cluster(systemClusterId);
  const node = await system.get({ resource: 'nodes', namespace: '', name: nodeName });
  if (node === undefined) return;
  const { metadata }: Pick<KubeObject, 'metadata'> = JSON.parse(node.body);
  if (matchesLabels(metadata.labels, required)) return;
  throw forbiddenError(
    scope.groupResource,
    object.metadata.name,
    `node ${JSON.stringify(nodeName)} is in no pool that the cluster may use`,
  );
}
