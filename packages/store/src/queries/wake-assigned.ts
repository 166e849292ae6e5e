import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

/** A timer of each cluster that has something assigned to the node. */
export interface AssignedWake {
  readonly node: string;
  readonly timerKey: string;
}

/** A wake that is there already gets another time: a turn that has seen it, and not what came since, takes only the former one away. */
export function wakeAssigned(
  database: Database,
  wakes: readonly AssignedWake[],
  now: Date,
): Promise<string[]> {
  if (wakes.length === 0) return Promise.resolve([]);
  const at = now.toISOString();
  return translated('change', async () => {
    const rows = await database.fleetSql<{ cluster_id: string }[]>`
      with wake as (
        select * from unnest(${wakes.map(({ node }) => node)}::text[], ${wakes.map(({ timerKey }) => timerKey)}::text[])
          as w (node, key)
      ), assigned as (
        select distinct o.cluster_id, o.node from berth.objects o where o.node in (select node from wake)
      ), woken as (
        insert into berth.timers (cluster_id, key, due_at, dispatched_at)
        select a.cluster_id, w.key, ${at}::timestamptz, ${at}::timestamptz
        from assigned a join wake w on w.node = a.node
        on conflict (cluster_id, key) do update set due_at = case
          when timers.due_at = excluded.due_at then excluded.due_at - interval '1 millisecond' else excluded.due_at end
        returning cluster_id
      )
      select distinct cluster_id from woken order by cluster_id`;
    return rows.map((row) => row.cluster_id);
  });
}

/** Reads one entry of the index for each node, however much is assigned to it. */
export function assignedNodes(database: Database): Promise<string[]> {
  return translated('read', async () => {
    const rows = await database.fleetSql<{ node: string }[]>`
      with recursive found as (
        (select node from berth.objects where node is not null order by node limit 1)
        union all
        select (select o.node from berth.objects o where o.node > f.node order by o.node limit 1)
        from found f where f.node is not null
      )
      select node from found where node is not null`;
    return rows.map((row) => row.node);
  });
}
