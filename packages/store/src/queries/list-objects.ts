import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { ClusterMissingError, CompactedError, FutureRevisionError } from '../errors.ts';
import { translated } from '../translate-error.ts';
import type { ListPage, ListQuery, StoredObject } from '../types.ts';

interface Row {
  readonly head: number;
  readonly compacted: number;
  readonly total: number | null;
  readonly uid: string | null;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly body: string;
}

/**
 * One page of a list, in one statement and so at one revision. A past revision is the fold without what the log says
 * was changed since: objects that are older than it, and the first `before` of the others.
 *
 * @throws CompactedError, FutureRevisionError, ClusterMissingError
 */
export function listObjects(database: Database, clusterId: string, query: ListQuery): Promise<ListPage> {
  return translated('read', async () => {
    const rows = await database.readCluster(clusterId, async (sql) => selectPage(sql, clusterId, query));
    const [first] = rows;
    if (!first) throw new ClusterMissingError(clusterId);
    const revision = query.revision ?? first.head;
    if (revision > first.head) throw new FutureRevisionError({ requested: revision, current: first.head });
    // At the compacted revision itself, everything that came after is still in the log.
    if (revision < first.compacted)
      throw new CompactedError({ requested: revision, oldest: first.compacted });
    const items = rows.filter(isItem).map((row) => item(row, query.resource));
    return { revision, items, remaining: first.total === null ? 0 : first.total - items.length };
  });
}

function selectPage(sql: postgres.TransactionSql, clusterId: string, query: ListQuery): Promise<Row[]> {
  const inNamespace = query.namespace === undefined ? sql`` : sql`and namespace = ${query.namespace}`;
  const { after } = query;
  const afterPosition = after ? sql`and (namespace, name) > (${after.namespace}, ${after.name})` : sql``;
  const where = sql`where cluster_id = ${clusterId} and resource = ${query.resource} ${inNamespace} ${afterPosition}`;
  const limit = query.limit === undefined ? sql`` : sql`limit ${query.limit}`;
  const counted = query.limit === undefined ? sql`null::bigint` : sql`(select count(*) from state)`;

  if (query.revision === undefined) {
    return sql<Row[]>`
      with state as not materialized (select namespace, name, uid, revision, body from berth.objects ${where}),
      page as (select * from state order by namespace, name ${limit})
      select c.revision as head, c.compacted_revision as compacted, ${counted} as total, page.*
      from berth.clusters c left join page on true where c.id = ${clusterId}
      order by namespace, name`;
  }
  return sql<Row[]>`
    with touched as materialized (
      select distinct on (namespace, name) namespace, name, uid, before_revision, revision as log_revision
      from berth.log ${where} and revision > ${query.revision}
      order by namespace, name, revision
    ), state as (
      select namespace, name, uid, revision, null::bigint as log_revision from berth.objects
      ${where} and revision <= ${query.revision}
      union all
      select namespace, name, uid, before_revision, log_revision from touched where before_revision is not null
    ), page as (
      select * from state order by namespace, name ${limit}
    )
    select c.revision as head, c.compacted_revision as compacted, ${counted} as total,
      page.namespace, page.name, page.uid, page.revision, coalesce(l.before_body, o.body) as body
    from berth.clusters c
    left join page on true
    left join berth.objects o on page.log_revision is null and o.cluster_id = c.id and o.resource = ${query.resource}
      and o.namespace = page.namespace and o.name = page.name
    left join berth.log l on l.cluster_id = c.id and l.revision = page.log_revision
    where c.id = ${clusterId}
    order by page.namespace, page.name`;
}

/** A cluster with an empty page still answers with one row, for its revision. */
function isItem(row: Row): row is Row & { uid: string } {
  return row.uid !== null;
}

function item(row: Row & { uid: string }, resource: string): StoredObject {
  const { namespace, name, uid, revision, body } = row;
  return { resource, namespace, name, uid, revision, body };
}
