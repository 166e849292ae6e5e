import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { ClusterSeedError } from '../errors.ts';
import type { NewCluster } from '../store.ts';
import type { Write } from '../types.ts';
import { commitWrites } from './commit-writes.ts';
import { withPartitions } from './log-partitions.ts';

/** The fleet's own cluster. */
const systemClusterId = 'system';

/** Where the logs of the clusters that were written to now end. */
export interface CreatedCluster {
  readonly heads: ReadonlyMap<string, number>;
}

/**
 * One transaction. It waits for the system cluster's row before it touches the log, and for no other row: nobody else can
 * see the new one.
 */
export function createCluster(database: Database, cluster: NewCluster): Promise<CreatedCluster | 'exists'> {
  const { clusterId, tenantId, seed, recordedBy } = cluster;
  return withPartitions(database, () =>
    database.clusterSql.begin(async (sql) => {
      const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
      const [, inserted] = await Promise.all([
        named,
        // After a former cluster of this id, one revision is left out, and counts as compacted: who still reads the
        // former log is told so.
        sql`
          insert into berth.clusters (id, tenant_id, revision, cursor, compacted_revision)
          select ${clusterId}, ${tenantId}, first, first, first
          from (
            select coalesce((select revision + 1 from berth.former_clusters where id = ${clusterId}), 0) as first
          ) former
          on conflict do nothing`,
      ]);
      if (inserted.count === 0) return 'exists';
      const heads = new Map<string, number>();
      if (recordedBy) heads.set(systemClusterId, await apply(sql, systemClusterId, [recordedBy]));
      if (seed.length > 0) heads.set(clusterId, await apply(sql, clusterId, seed));
      return { heads };
    }),
  );
}

async function apply(
  sql: postgres.TransactionSql,
  clusterId: string,
  writes: readonly Write[],
): Promise<number> {
  const outcomes = await commitWrites(sql, clusterId, writes);
  let head = 0;
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status !== 'applied') {
      const { resource, name } = writes[i] ?? {};
      throw new ClusterSeedError(`${resource} "${name}" of cluster "${clusterId}" met ${outcome.status}`);
    }
    head = outcome.revision;
  }
  return head;
}
