import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';
import type { StoredObject } from '../types.ts';

const rowsPerFetch = 1_000;

/** Hands every object of the cluster, as of one revision, to `visit`. @returns the revision */
export function loadSnapshot(
  database: Database,
  clusterId: string,
  visit: (object: StoredObject) => void,
): Promise<number> {
  return translated('read', () =>
    database.clusterSql.begin('isolation level repeatable read read only', async (sql) => {
      const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
      const [, [cluster]] = await Promise.all([
        named,
        sql<{ revision: number }[]>`select revision from berth.clusters where id = ${clusterId}`,
      ]);
      const objects = sql<StoredObject[]>`
        select resource, namespace, name, uid, revision, body from berth.objects where cluster_id = ${clusterId}`;
      for await (const rows of objects.cursor(rowsPerFetch)) {
        for (const row of rows) visit(row);
      }
      return cluster?.revision ?? 0;
    }),
  );
}
