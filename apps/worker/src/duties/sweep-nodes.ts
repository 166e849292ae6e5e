import { systemClusterId } from '@berth/auth';
import type { KindRegistry } from '@berth/kinds';
import type { Store } from '@berth/store';
import type { NodeWatchers } from '../turn/node-watchers.ts';
import { viewReplica } from '../turn/replica-view.ts';
import { goneNodes, recentlyInTrouble } from './nodes-in-trouble.ts';

/**
 * Finds the pods again that should leave their node, whoever forgot them: those that came to it while it changed, and those of nodes
 * that are no more. Clusters without such pods are left alone.
 */
export async function sweepNodes(
  store: Store,
  { registry, watchers, now }: { registry: KindRegistry; watchers: NodeWatchers; now: Date },
): Promise<void> {
  const [replica, assigned] = await Promise.all([
    store.cluster(systemClusterId).replica(),
    store.assignedNodes(),
  ]);
  const nodes = viewReplica(replica, registry).list('nodes');
  await watchers.wakePodsOf([...recentlyInTrouble(nodes, now), ...goneNodes(nodes, assigned)]);
}
