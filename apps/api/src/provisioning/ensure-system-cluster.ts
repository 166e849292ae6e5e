import { systemClusterId } from '@berth/auth';
import type { ApiDeps } from '../api-deps.ts';
import { clusterSeedWrites } from './cluster-seed-writes.ts';

/** Makes the fleet's own cluster if this database has none yet. Any number of servers may do so at once. */
export async function ensureSystemCluster(
  deps: Pick<ApiDeps, 'store' | 'kinds' | 'clusterCa' | 'now' | 'keys'>,
): Promise<void> {
  if (await deps.store.clusterExists(systemClusterId)) return;
  await deps.store.createCluster({
    clusterId: systemClusterId,
    tenantId: systemClusterId,
    seed: clusterSeedWrites(deps.kinds, deps),
    signingKeys: await deps.keys.newKeys(systemClusterId),
  });
}
