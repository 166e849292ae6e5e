import type { Database } from '../database.ts';
import { ClusterMissingError, CompactedError } from '../errors.ts';
import { translated } from '../translate-error.ts';
import type { Change } from '../types.ts';

interface Row {
  readonly revision: number;
  readonly at: string;
  readonly op: 'create' | 'update' | 'delete';
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly before_revision: number | null;
  readonly before_body: string | null;
  readonly after_body: string | null;
  readonly last_body: string | null;
}

/** Large objects must not fill the memory of who reads the log: the read ends with the change that goes beyond. */
const maxBytes = 16_000_000;

export interface ChangesQuery {
  readonly after: number;
  readonly limit: number;
}

/**
 * The log from a revision on. Revisions have no gaps, so a first row other than the next revision means that retention
 * dropped what was between.
 */
export function readChanges(database: Database, clusterId: string, query: ChangesQuery): Promise<Change[]> {
  const { after, limit } = query;
  return translated('read', () =>
    database.readCluster(clusterId, async (sql) => {
      const rows = await sql<Row[]>`
        with changes as (
          select *, coalesce(octet_length(before_body), 0) + coalesce(octet_length(after_body), 0)
            + coalesce(octet_length(last_body), 0) as size
          from berth.log
          where cluster_id = ${clusterId} and revision > ${after} and revision <= ${after + limit}
            and exists (select from berth.clusters where id = ${clusterId})
        ), running as (
          select *, sum(size) over (order by revision) - size as bytes_before from changes
        )
        select revision, at, op, resource, namespace, name, uid, before_revision, before_body, after_body, last_body
        from running where bytes_before < ${maxBytes} order by revision`;
      if (rows[0]?.revision === after + 1) return rows.map(change);
      const [cluster] = await sql<{ compacted: number }[]>`
        select compacted_revision as compacted from berth.clusters where id = ${clusterId}`;
      if (!cluster) throw new ClusterMissingError(clusterId);
      const { compacted } = cluster;
      if (compacted > after) throw new CompactedError({ requested: after, oldest: compacted });
      return [];
    }),
  );
}

function change(row: Row): Change {
  const { revision, op, resource, namespace, name, uid } = row;
  return {
    revision,
    op,
    resource,
    namespace,
    name,
    uid,
    at: new Date(row.at),
    ...(row.before_revision !== null &&
      row.before_body !== null && { before: { revision: row.before_revision, body: row.before_body } }),
    ...(row.after_body !== null && { after: row.after_body }),
    ...(row.last_body !== null && { last: row.last_body }),
  };
}
