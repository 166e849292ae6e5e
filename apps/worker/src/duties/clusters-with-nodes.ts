import { systemClusterId } from '@berth/auth';
import type { Cluster, KindRegistry } from '@berth/kinds';
import type { Store } from '@berth/store';
import { viewReplica } from '../turn/replica-view.ts';

/** The clusters in which nodes are objects: the fleet's own, and those that bring their nodes and take writes. */
export async function clustersWithNodes(store: Store, registry: KindRegistry): Promise<readonly string[]> {
  const replica = await store.cluster(systemClusterId).replica();
  const clusters: readonly Cluster[] = viewReplica(replica, registry).list('clusters.platform.berth.dev');
  const own = clusters.filter(({ metadata, spec }) => isInUse(metadata, spec) && spec?.ownNodes);
  return [systemClusterId, ...own.map(({ metadata }) => metadata.name)];
}

function isInUse(metadata: Cluster['metadata'], spec: Cluster['spec']): boolean {
  return metadata.deletionTimestamp === undefined && !spec?.suspended;
}
