import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { encodeAudit } from '../encode-audit.ts';
import type { AuditCondition, AuditLog, AuditPosition, AuditQuery, AuditRow } from '../audit-log.ts';
import { translated } from '../translate-error.ts';
import { systemClusterId } from './create-cluster.ts';
import { withPartitions } from './log-partitions.ts';

export function auditLog(database: Database): AuditLog {
  return {
    append: (records) => append(database, records),
    list: (clusterId, query) =>
      translated('read', async () => {
        const rows = await database.readCluster(clusterId, async (sql) => select(sql, clusterId, query));
        return rows.map(auditRow);
      }),
    get: (clusterId, { at, seq }) =>
      translated('read', async () => {
        const [row] = await database.readCluster(
          clusterId,
          (sql) => sql<Row[]>`
            select at, seq, former_cluster, username, verb, resource, namespace, name, code, event from berth.audit
            where cluster_id = ${clusterId} and at = ${at.toISOString()} and seq = ${seq}`,
        );
        return row && auditRow(row);
      }),
    dropExpired: (now, retentionMs) =>
      translated('change', async () => {
        const before = new Date(now.getTime() - retentionMs).toISOString();
        const [row] = await database.fleetSql<{ dropped: number }[]>`
          select berth.drop_audit_partitions(${before}) as dropped`;
        return row?.dropped ?? 0;
      }),
  };
}

/** One call for each cluster, all of them at once. */
async function append(database: Database, records: Parameters<AuditLog['append']>[0]): Promise<void> {
  const texts = new Map<string, string>();
  for (const record of records) {
    const text = `${record.at.toISOString()}\u001f${encodeAudit(record)}\u001e`;
    texts.set(record.clusterId, (texts.get(record.clusterId) ?? '') + text);
  }
  const call = (clusterId: string, text: string) =>
    withPartitions(database, async () => {
      const [row] = await database.clusterSql<{ recorded: boolean }[]>`
        select berth.append_audit(${clusterId}, ${text}) as recorded`;
      return row?.recorded === true;
    });
  await Promise.all(
    [...texts].map(async ([clusterId, text]) => {
      const isRecorded = await call(clusterId, text);
      if (!isRecorded && clusterId !== systemClusterId) await call(systemClusterId, text);
    }),
  );
}

const columnOf = {
  username: 'username',
  verb: 'verb',
  resource: 'resource',
  plural: `split_part(resource, '.', 1)`,
  namespace: 'namespace',
  name: 'name',
  code: 'code::text',
  formerCluster: `coalesce(former_cluster, '')`,
} as const;

function select(sql: postgres.TransactionSql, clusterId: string, query: AuditQuery): Promise<Row[]> {
  const { after, since, until, limit, where = [] } = query;
  const conditions = where.map(
    ({ field, isEqual, value }: AuditCondition) =>
      sql`and ${sql.unsafe(columnOf[field])} ${isEqual ? sql`=` : sql`<>`} ${value}`,
  );
  return sql<Row[]>`
    select at, seq, former_cluster, username, verb, resource, namespace, name, code, event from berth.audit
    where cluster_id = ${clusterId}
      ${after ? sql`and (at, seq) > (${after.at.toISOString()}, ${after.seq})` : sql``}
      ${since ? sql`and at >= ${since.toISOString()}` : sql``}
      ${until ? sql`and at < ${until.toISOString()}` : sql``}
      ${conditions.length > 0 ? conditions : sql``}
    order by at, seq limit ${limit}`;
}

interface Row extends Omit<AuditRow, keyof AuditPosition | 'formerCluster'> {
  readonly at: string;
  readonly seq: number;
  readonly former_cluster: string | null;
}

function auditRow({ at, former_cluster, ...row }: Row): AuditRow {
  return { ...row, at: new Date(at), ...(former_cluster !== null && { formerCluster: former_cluster }) };
}
