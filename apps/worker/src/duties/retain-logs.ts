import type { Store } from '@berth/store';
import { longestRetention } from '../tenancy/longest-retention.ts';

export interface Retention {
  /** Of the log of changes, where no plan asks for more. */
  readonly logRetentionMs: number;
  readonly auditRetentionMs: number;
}

/** Keeps the partitions of both logs: there are some for the time to come, and none older than retention. */
export async function retainLogs(
  store: Store,
  now: Date,
  { logRetentionMs, auditRetentionMs }: Retention,
): Promise<{ readonly partitions: number; readonly auditDays: number }> {
  await store.ensurePartitions(now);
  return {
    partitions: await store.dropExpiredPartitions(
      now,
      Math.max(logRetentionMs, await longestRetention(store)),
    ),
    auditDays: await store.audit.dropExpired(now, auditRetentionMs),
  };
}
