import type { TurnQueue } from '@berth/queue';
import type { Store } from '@berth/store';

const batchSize = 1_000;

/**
 * Finds the clusters that have work, whoever forgot them: a request that never reached Redis, a Redis that lost it, a
 * worker that died. What it finds twice is queued once.
 */
export async function sweep(store: Store, turns: TurnQueue, now: Date): Promise<number> {
  const clusterIds = await store.clustersWithWork(now, batchSize);
  await turns.requestAgain(clusterIds);
  return clusterIds.length;
}
