import type { Store } from '@berth/store';

/** Keeps the partitions of both logs: there are some for the time to come, and none older than retention. */
export async function retainLogs(
  store: Store,
  now: Date,
  { auditRetentionMs }: { readonly auditRetentionMs: number },
): Promise<{ readonly partitions: number; readonly auditDays: number }> {
  await store.ensurePartitions(now);
  return {
    partitions: await store.dropExpiredPartitions(now),
    auditDays: await store.audit.dropExpired(now, auditRetentionMs),
  };
}
