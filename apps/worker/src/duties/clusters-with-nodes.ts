import { systemClusterId } from '@berth/auth';
import type { Cluster, KindRegistry } from '@berth/kinds';
import type { Store } from '@berth/store';
import { viewReplica } from '../turn/replica-view.ts';

/** The clusters in which nodes are objects: the fleet's own, and those that bring their nodes and take writes. */
export async function clustersWithNodes(store: Store, registry: KindRegistry): Promise<readonly string[]> {
  const replica = await store.cluster(systemClusterId).replica();
  const listed = viewReplica(replica, registry).list('clusters.platform.berth.dev');
  // Objects of a resource are of its kind.
  const own = (listed as readonly Cluster[]).filter(
    ({ metadata, spec }) => spec.ownNodes && !spec.suspended && metadata.deletionTimestamp === undefined,
  );
  return [systemClusterId, ...own.map(({ metadata }) => metadata.name)];
}
