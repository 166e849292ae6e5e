import type { Database } from '../database.ts';
import { ClusterMissingError } from '../errors.ts';
import { translated } from '../translate-error.ts';
import type { ResourceSnapshot } from '../types.ts';

interface Row {
  readonly head: number;
  readonly resource: string | null;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: number;
  readonly body: string;
}

/** All objects of these resources, in one statement and so at one revision. @throws ClusterMissingError */
export function readResources(
  database: Database,
  clusterId: string,
  resources: readonly string[],
): Promise<ResourceSnapshot> {
  return translated('read', async () => {
    const rows = await database.readCluster(
      clusterId,
      (sql) => sql<Row[]>`
        select c.revision as head, o.resource, o.namespace, o.name, o.uid, o.revision, o.body
        from berth.clusters c
        left join berth.objects o on o.cluster_id = ${clusterId} and o.resource = any(${[...resources]})
        where c.id = ${clusterId}
        order by o.resource, o.namespace, o.name`,
    );
    const [first] = rows;
    if (first === undefined) throw new ClusterMissingError(clusterId);
    return {
      revision: first.head,
      // A cluster without any still answers with one row, for its revision.
      objects: rows.flatMap(({ head: _head, resource, ...object }) =>
        resource === null ? [] : [{ resource, ...object }],
      ),
    };
  });
}
