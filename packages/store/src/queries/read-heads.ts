import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

/** Over all clusters, so that one query serves all readers of a moment. */
export function readHeads(
  database: Database,
  clusterIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return translated('read', async () => {
    const rows = await database.headSql<{ id: string; revision: number }[]>`
      select id, revision from berth.clusters where id = any(${[...clusterIds]})`;
    return new Map(rows.map(({ id, revision }) => [id, revision]));
  });
}
