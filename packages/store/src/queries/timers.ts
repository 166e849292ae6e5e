import { and, asc, eq, lte } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { timers } from '../schema/tables.ts';
import { translated } from '../translate-error.ts';
import type { Timer } from '../types.ts';

const columns = { key: timers.key, dueAt: timers.dueAt };

export function dueTimers(database: Database, clusterId: string, now: Date): Promise<Timer[]> {
  return translated('read', () =>
    database.inCluster(clusterId, (queries) =>
      queries
        .select(columns)
        .from(timers)
        .where(and(eq(timers.clusterId, clusterId), lte(timers.dueAt, now)))
        .orderBy(asc(timers.dueAt), asc(timers.key)),
    ),
  );
}

export function nextTimer(database: Database, clusterId: string): Promise<Timer | undefined> {
  return translated('read', () =>
    database.inCluster(clusterId, async (queries) => {
      const [timer] = await queries
        .select(columns)
        .from(timers)
        .where(eq(timers.clusterId, clusterId))
        .orderBy(asc(timers.dueAt), asc(timers.key))
        .limit(1);
      return timer;
    }),
  );
}
