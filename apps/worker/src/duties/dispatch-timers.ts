import type { Store } from '@berth/store';

const batchSize = 1_000;

/** How long a dispatched timer may stay due before it is dispatched again: its turn failed or its request got lost. */
const redispatchAfterMs = 30_000;

/** The cron dispatcher: asks for a turn of every cluster with a timer that has come due. */
export async function dispatchTimers(
  store: Store,
  { now, requestTurn }: { readonly now: () => Date; readonly requestTurn: (clusterId: string) => void },
): Promise<void> {
  for (;;) {
    const clusterIds = await store.takeDueClusters(now(), { limit: batchSize, redispatchAfterMs });
    for (const clusterId of clusterIds) requestTurn(clusterId);
    if (clusterIds.length === 0) return;
  }
}
