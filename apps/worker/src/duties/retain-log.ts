import type { Store } from '@berth/store';

/** Keeps the log's partitions: there are some for the time to come, and none older than retention. */
export async function retainLog(store: Store, now: Date): Promise<number> {
  await store.ensurePartitions(now);
  return store.dropExpiredPartitions(now);
}
