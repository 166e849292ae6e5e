import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

export function clustersWithWork(database: Database, now: Date, limit: number): Promise<string[]> {
  return translated('read', async () => {
    const rows = await database.fleetSql<{ id: string }[]>`
      select id from berth.clusters where revision > cursor
      union
      select cluster_id from berth.timers where due_at <= ${now.toISOString()}
      order by 1 limit ${limit}`;
    return rows.map((row) => row.id);
  });
}
