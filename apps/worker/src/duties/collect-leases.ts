import type { KindRegistry } from '@berth/kinds';
import type { Store } from '@berth/store';
import { leaseResource, nodeLeaseNamespace, orphanedLeases } from './node-leases.ts';
import { readNodeSigns } from './read-node-signs.ts';

/** Removes the Leases of nodes that are gone from a cluster in which nodes are objects. @returns how many */
export async function collectLeases(
  store: Store,
  { registry, clusterId, now }: { registry: KindRegistry; clusterId: string; now: Date },
): Promise<number> {
  const orphaned = orphanedLeases(await readNodeSigns(store, { registry, clusterId }), now);
  const removed = await Promise.all(
    orphaned.map(({ metadata: { name } }) =>
      store.heartbeats.remove(clusterId, { resource: leaseResource, namespace: nodeLeaseNamespace, name }),
    ),
  );
  return removed.filter(Boolean).length;
}
