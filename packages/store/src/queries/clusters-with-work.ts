import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

export function clustersWithWork(database: Database, now: Date, limit: number): Promise<string[]> {
  return translated('read', async () => {
    const rows = await database.fleetSql<{ id: string }[]>`
      select id from berth.clusters where revision > cursor and not suspended
      union
      select t.cluster_id from berth.timers t join berth.clusters c on c.id = t.cluster_id
      where t.due_at <= ${now.toISOString()} and not c.suspended
      order by 1 limit ${limit}`;
    return rows.map((row) => row.id);
  });
}
