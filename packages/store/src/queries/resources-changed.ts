import type { Database } from '../database.ts';
import { ClusterMissingError } from '../errors.ts';
import { translated } from '../translate-error.ts';
import type { ResourceNews } from '../types.ts';

export interface NewsQuery {
  readonly resources: readonly string[];
  /** Exclusive. */
  readonly after: number;
}

/** Whether objects of these resources changed after a revision, as far as the log still knows. @throws ClusterMissingError */
export function resourcesChanged(
  database: Database,
  clusterId: string,
  { resources, after }: NewsQuery,
): Promise<ResourceNews> {
  return translated('read', async () => {
    const rows = await database.readCluster(
      clusterId,
      (sql) => sql<Array<{ revision: number; changed: boolean }>>`
        select c.revision, c.compacted_revision > ${after} or exists (
          select from berth.log l
          where l.cluster_id = ${clusterId} and l.revision > ${after} and l.resource = any(${[...resources]})
        ) as changed
        from berth.clusters c where c.id = ${clusterId}`,
    );
    const [news] = rows;
    if (news === undefined) throw new ClusterMissingError(clusterId);
    return { revision: news.revision, changed: news.changed };
  });
}
