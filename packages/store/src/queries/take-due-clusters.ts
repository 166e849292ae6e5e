import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

export interface DueOptions {
  readonly limit: number;
  readonly redispatchAfterMs: number;
}

/** Marks timers as dispatched before anyone is woken: a dispatcher that dies leaves them to the next after a while. */
export function takeDueClusters(database: Database, now: Date, options: DueOptions): Promise<string[]> {
  const forgottenBefore = new Date(now.getTime() - options.redispatchAfterMs).toISOString();
  return translated('read', async () => {
    const rows = await database.fleetSql<{ cluster_id: string }[]>`
      with due as materialized (
        select t.cluster_id, t.key from berth.timers t join berth.clusters c on c.id = t.cluster_id
        where t.due_at <= ${now.toISOString()} and (t.dispatched_at is null or t.dispatched_at <= ${forgottenBefore})
          and not c.suspended
        order by t.due_at limit ${options.limit} for update of t skip locked
      ), dispatched as (
        update berth.timers t set dispatched_at = ${now.toISOString()} from due
        where t.cluster_id = due.cluster_id and t.key = due.key
        returning t.cluster_id
      )
      select distinct cluster_id from dispatched order by cluster_id`;
    return rows.map((row) => row.cluster_id);
  });
}
