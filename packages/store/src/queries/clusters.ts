import { asc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { ClusterMissingError } from '../errors.ts';
import type { ClusterOwner } from '../store.ts';
import type { Outcome, Write } from '../types.ts';
import { recorded, type Recording } from './recorded.ts';
import { clusters } from '../schema/tables.ts';
import { translated } from '../translate-error.ts';

export function listClusterIds(database: Database): Promise<string[]> {
  return translated('read', async () => {
    const rows = await database.fleet.select({ id: clusters.id }).from(clusters).orderBy(asc(clusters.id));
    return rows.map((row) => row.id);
  });
}

export function clusterExists(database: Database, clusterId: string): Promise<boolean> {
  return translated('read', async () => {
    const rows = await database.fleet
      .select({ id: clusters.id })
      .from(clusters)
      .where(eq(clusters.id, clusterId));
    return rows.length > 0;
  });
}

export function clusterOwner(database: Database, clusterId: string): Promise<ClusterOwner | undefined> {
  return translated('read', async () => {
    const [row] = await database.fleet
      .select({ tenantId: clusters.tenantId, suspended: clusters.suspended })
      .from(clusters)
      .where(eq(clusters.id, clusterId));
    return row;
  });
}

/** 0 for a cluster that does not exist. */
export function turnCursor(database: Database, clusterId: string): Promise<number> {
  return translated('read', () =>
    database.inCluster(clusterId, async (queries) => {
      const [row] = await queries
        .select({ cursor: clusters.cursor })
        .from(clusters)
        .where(eq(clusters.id, clusterId));
      return row?.cursor ?? 0;
    }),
  );
}

/** As {@link setSuspended}, in the transaction of a write to the system cluster, whose row is locked first. */
export function recordSuspended(
  recording: Recording,
  { clusterId, suspended }: { readonly clusterId: string; readonly suspended: boolean },
  recordedBy: Write,
): Promise<Outcome> {
  return recorded(recording, recordedBy, async (sql) => {
    await sql`select set_config('berth.cluster_id', ${clusterId}, true)`;
    await sql`update berth.clusters set suspended = ${suspended} where id = ${clusterId}`;
  });
}

/** Waits for the commit that is in flight. @throws ClusterMissingError */
export function setSuspended(database: Database, clusterId: string, suspended: boolean): Promise<void> {
  return translated('change', () =>
    database.inCluster(clusterId, async (queries) => {
      const changed = await queries
        .update(clusters)
        .set({ suspended })
        .where(eq(clusters.id, clusterId))
        .returning({ id: clusters.id });
      if (changed.length === 0) throw new ClusterMissingError(clusterId);
    }),
  );
}

/** @returns how many counters were wrong. */
export function recount(database: Database, clusterId: string): Promise<number> {
  return translated('change', async () => {
    const [row] = await database.clusterSql<{ wrong: number }[]>`
      select berth.recount(${clusterId}) + berth.recount_held_values(${clusterId}) as wrong`;
    return row?.wrong ?? 0;
  });
}
