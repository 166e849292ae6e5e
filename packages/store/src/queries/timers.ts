import { asc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { timers } from '../schema/tables.ts';
import { translated } from '../translate-error.ts';
import type { Timer } from '../types.ts';

export function nextTimer(database: Database, clusterId: string): Promise<Timer | undefined> {
  return translated('read', () =>
    database.inCluster(clusterId, async (queries) => {
      const [timer] = await queries
        .select({ key: timers.key, dueAt: timers.dueAt })
        .from(timers)
        .where(eq(timers.clusterId, clusterId))
        .orderBy(asc(timers.dueAt), asc(timers.key))
        .limit(1);
      return timer;
    }),
  );
}
