import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';

/** How far a cluster is. */
export interface ClusterHead {
  /** The newest revision. */
  readonly revision: number;
  /** What RBAC's objects were at this revision they still are. Not above `revision`. */
  readonly rulesRevision: number;
}

/** Over all clusters, so that one query serves all readers of a moment. */
export function readHeads(
  database: Database,
  clusterIds: readonly string[],
): Promise<ReadonlyMap<string, ClusterHead>> {
  return translated('read', async () => {
    // What is compacted may be of a former cluster of the same name, with rules of its own.
    const rows = await database.headSql<(ClusterHead & { id: string })[]>`
      select id, revision, greatest(rules_revision, compacted_revision) as "rulesRevision"
      from berth.clusters where id = any(${[...clusterIds]})`;
    return new Map(rows.map(({ id, ...head }) => [id, head]));
  });
}
