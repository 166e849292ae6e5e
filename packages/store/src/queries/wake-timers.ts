import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

export interface TimerWake {
  /** What the keys begin with of the timers that are to be woken. */
  readonly keyPrefix: string;
  /** What the keys of their wakes begin with instead. */
  readonly wakePrefix: string;
}

/**
 * The timers themselves stay: a turn that is moving one at this moment cannot take its wake away. Nor can a turn that has seen an
 * earlier wake, and not what came since: the wake gets another time.
 */
export function wakeTimers(database: Database, wake: TimerWake, now: Date): Promise<string[]> {
  const { keyPrefix, wakePrefix } = wake;
  const at = now.toISOString();
  return translated('change', async () => {
    const rows = await database.fleetSql<{ cluster_id: string }[]>`
      with woken as (
        insert into berth.timers (cluster_id, key, due_at, dispatched_at)
        select t.cluster_id, ${wakePrefix} || substr(t.key, ${keyPrefix.length + 1}::int), ${at}::timestamptz, ${at}::timestamptz
        from berth.timers t
        where starts_with(t.key, ${keyPrefix})
        on conflict (cluster_id, key) do update set due_at = case
          when timers.due_at = excluded.due_at then excluded.due_at - interval '1 millisecond' else excluded.due_at end
        returning cluster_id
      )
      select distinct cluster_id from woken order by cluster_id`;
    return rows.map((row) => row.cluster_id);
  });
}
