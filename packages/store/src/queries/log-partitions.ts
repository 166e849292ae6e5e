import type { Database } from '../database.ts';
import { errorCode, translated, translateError } from '../translate-error.ts';

/** How far ahead partitions are made: any process that opens the store, or writes without one, makes them as well. */
const aheadMs = 20 * 60_000;

export async function ensurePartitions(database: Database, now: Date): Promise<void> {
  const until = new Date(now.getTime() + aheadMs).toISOString();
  await translated('read', () =>
    database.fleetSql`select berth.ensure_log_partitions(${now.toISOString()}, ${until})`.execute(),
  );
}

/**
 * Runs a commit, and once more if there was no partition for its time: it was rolled back as a whole then. So writes do
 * not depend on whoever makes partitions ahead.
 */
export async function withPartitions<T>(database: Database, commit: () => Promise<T>): Promise<T> {
  try {
    return await commit();
  } catch (thrown) {
    if (!isMissingPartition(thrown)) throw translateError(thrown, 'change');
  }
  return translated('change', async () => {
    const ahead = `${aheadMs / 1000} seconds`;
    // The log's rows carry the database's own time.
    await database.fleetSql`select berth.ensure_log_partitions(now(), now() + ${ahead}::interval)`;
    return commit();
  });
}

/** No table of the store has a check constraint, so the bounds of partitions are the only checks to violate. */
function isMissingPartition(thrown: unknown): boolean {
  return errorCode(thrown) === '23514';
}

/** @returns how many were dropped; 0 if the log was too busy to wait for, which is to be tried again later */
export function dropExpiredPartitions(database: Database, now: Date, retentionMs: number): Promise<number> {
  const before = new Date(now.getTime() - retentionMs).toISOString();
  return translated('read', async () => {
    try {
      const [row] = await database.fleetSql<{ dropped: number }[]>`
        select berth.drop_log_partitions(${before}) as dropped`;
      return row?.dropped ?? 0;
    } catch (thrown) {
      if (errorCode(thrown) === lockTimeout) return 0;
      throw thrown;
    }
  });
}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html: lock_not_available */
const lockTimeout = '55P03';
