import type { KindRegistry, Lease, Node } from '@berth/kinds';
import { decodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Store, StoredObject } from '@berth/store';
import { storageTypeOf } from '../turn/storage-type.ts';
import { leaseResource, nodeLeaseNamespace } from './node-leases.ts';

/** The nodes of a cluster and their Leases. Without its replica: who only has nodes is not worth one. */
export async function readNodeSigns(
  store: Store,
  { registry, clusterId }: { readonly registry: KindRegistry; readonly clusterId: string },
): Promise<{ readonly nodes: readonly Node[]; readonly leases: readonly Lease[] }> {
  const decode = (stored: readonly StoredObject[], resource: string): readonly KubeObject[] => {
    const type = storageTypeOf(registry, resource);
    return type ? stored.map(({ body, revision }) => decodeStoredBody(body, revision, type)) : [];
  };
  const [nodes, leases] = await Promise.all([
    store.cluster(clusterId).list({ resource: 'nodes' }),
    store.heartbeats.list(clusterId, { resource: leaseResource, namespace: nodeLeaseNamespace }),
  ]);
  return { nodes: decode(nodes.items, 'nodes'), leases: decode(leases, leaseResource) };
}
