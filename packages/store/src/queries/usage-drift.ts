import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

/** In one statement, so as of one moment; takes no lock. */
export function usageDrift(database: Database, clusterId: string): Promise<number> {
  return translated('read', async () => {
    const rows = await database.readCluster(
      clusterId,
      (sql) => sql<{ wrong: number }[]>`
        select count(*)::integer as wrong from (
          select coalesce(n.used, 0) - coalesce(u.used, 0) as delta
          from (
            select o.namespace, a.counter as resource, a.class, sum(o.number * a.amount) as used
            from (
              select o.namespace, o.resource, o.usage, count(*) as number from berth.objects o
              where o.cluster_id = ${clusterId} group by o.namespace, o.resource, o.usage
            ) o cross join lateral berth.amounts(o.resource, coalesce(o.usage, '')) a
            group by o.namespace, a.counter, a.class having sum(o.number * a.amount) <> 0
          ) n full join (select * from berth.usage u where u.cluster_id = ${clusterId}) u
            on u.namespace = n.namespace and u.resource = n.resource and u.class = n.class
        ) d where d.delta <> 0`,
    );
    return rows[0]?.wrong ?? 0;
  });
}
