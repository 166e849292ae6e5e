import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

/** Timers that a turn is moving at this moment are left to it. */
export function hastenTimers(database: Database, key: string, now: Date): Promise<string[]> {
  return translated('change', async () => {
    const rows = await database.fleetSql<{ cluster_id: string }[]>`
      with waiting as materialized (
        select t.cluster_id, t.key from berth.timers t join berth.clusters c on c.id = t.cluster_id
        where t.key = ${key} and t.due_at > ${now.toISOString()} and not c.suspended
        for update of t skip locked
      )
      update berth.timers t set due_at = ${now.toISOString()}, dispatched_at = ${now.toISOString()} from waiting
      where t.cluster_id = waiting.cluster_id and t.key = waiting.key
      returning t.cluster_id`;
    return rows.map((row) => row.cluster_id);
  });
}
