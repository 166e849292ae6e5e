import type { Database } from '../database.ts';
import type { MeteredUsage, Metering } from '../usage.ts';
import { translated } from '../translate-error.ts';

interface Row {
  readonly tenant_id: string;
  readonly cluster_id: string;
  readonly namespace: string;
  readonly resource: string;
  readonly amount: string;
}

/** The database's time runs ahead of a commit that is under way by no more than a statement may take. */
const settledAfter = '2 minutes';

export function meteringStore(database: Database): Metering {
  return {
    usageOf({ tenantId = null, clusterId = null }, from, to) {
      return translated('read', async () => {
        const rows = await database.fleetSql<Row[]>`
          select tenant_id, cluster_id, namespace, resource, trim_scale(amount)::text as amount
          from berth.usage_between(${from.toISOString()}, least(${to.toISOString()}::timestamptz, now()), ${tenantId}, ${clusterId})
          order by tenant_id, cluster_id, namespace, resource`;
        return rows.map(toUsage);
      });
    },
    addRequests(counts, since) {
      return translated('change', async () => {
        await database.fleetSql`
          insert into berth.usage_pieces (cluster_id, namespace, resource, from_at, to_at, area)
          select c.id, r.namespace, 'requests', least(${since.toISOString()}::timestamptz, now()), now(), r.count
          from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as r ("clusterId" text, namespace text, count bigint)
            join berth.clusters c on c.id = r."clusterId"`;
      });
    },
    rollUp() {
      return translated('change', async () => {
        const [row] = await database.fleetSql<{ count: number }[]>`
          select berth.roll_up_usage(now() - ${settledAfter}::interval) as count`;
        return row?.count ?? 0;
      });
    },
    recompute(from) {
      return translated(
        'change',
        async () => void (await database.fleetSql`select berth.recompute_usage(${from.toISOString()})`),
      );
    },
    async drop({ piecesBefore, hoursBefore }) {
      await translated('change', async () => {
        // A commit that needs such a counter just then makes it again.
        await database.fleetSql`
          delete from berth.usage where used = 0 and metered_at < now() - ${settledAfter}::interval`;
        await database.fleetSql`
          delete from berth.usage_pieces where rolled_up and to_at <= ${piecesBefore.toISOString()}`;
        await database.fleetSql`delete from berth.usage_hours where until <= ${hoursBefore.toISOString()}`;
      });
    },
  };
}

function toUsage({ tenant_id, cluster_id, namespace, resource, amount }: Row): MeteredUsage {
  return { tenantId: tenant_id, clusterId: cluster_id, namespace, resource, amount };
}
