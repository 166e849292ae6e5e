import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';
import type { ObjectKey } from '../types.ts';

export function terminatingObjects(
  database: Database,
  clusterId: string,
  resource: string,
): Promise<ObjectKey[]> {
  return translated('read', () =>
    database.readCluster(clusterId, async (sql) => {
      const rows = await sql<ObjectKey[]>`
        select resource, namespace, name from berth.objects
        where cluster_id = ${clusterId} and resource = ${resource} and terminating
        order by namespace, name`;
      return [...rows];
    }),
  );
}
