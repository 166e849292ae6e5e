import type { Database } from '../database.ts';
import { errorCode, translated } from '../translate-error.ts';

/** How far ahead partitions are made: any process that opens the store, or writes without one, makes them as well. */
const aheadMs = 20 * 60_000;

export async function ensurePartitions(database: Database, now: Date): Promise<void> {
  const until = new Date(now.getTime() + aheadMs).toISOString();
  await translated('read', () =>
    database.fleetSql`
      select berth.ensure_log_partitions(${now.toISOString()}, ${until}),
        berth.ensure_audit_partitions(${now.toISOString()}, ${until})`.execute(),
  );
}

/** A second time is enough, but for a partition that is dropped at the same moment. */
const maxAttempts = 5;

/**
 * Runs a commit, and again if there was no partition for its time: it was rolled back as a whole then. So writes do not
 * depend on whoever makes partitions ahead.
 */
export function withPartitions<T>(database: Database, commit: () => Promise<T>): Promise<T> {
  return translated('change', async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await commit();
      } catch (thrown) {
        if (!isMissingPartition(thrown) || attempt === maxAttempts) throw thrown;
      }
      await makeCurrentPartitions(database);
    }
  });
}

/** The log's rows carry the database's own time. */
async function makeCurrentPartitions(database: Database): Promise<void> {
  const ahead = `${aheadMs / 1000} seconds`;
  await database.fleetSql`
    select berth.ensure_log_partitions(now(), now() + ${ahead}::interval),
      berth.ensure_audit_partitions(now(), now() + ${ahead}::interval)`;
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
