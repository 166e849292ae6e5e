import type { Store } from '@berth/store';

const batchSize = 1_000;

/** How long a dispatched timer may stay due before it is dispatched again: its turn failed or its request got lost. */
const redispatchAfterMs = 30_000;

/**
 * The cron dispatcher: asks for a turn of every cluster with a timer that has come due. Once, however many timers of it
 * that are: its turn sees all that were due when the dispatcher began.
 */
export async function dispatchTimers(
  store: Store,
  { now, requestTurn }: { readonly now: () => Date; readonly requestTurn: (clusterId: string) => void },
): Promise<void> {
  const dueAt = now();
  const asked = new Set<string>();
  for (;;) {
    const clusterIds = await store.takeDueClusters(dueAt, { limit: batchSize, redispatchAfterMs });
    if (clusterIds.length === 0) return;
    for (const clusterId of clusterIds) {
      if (!asked.has(clusterId)) requestTurn(clusterId);
      asked.add(clusterId);
    }
  }
}
