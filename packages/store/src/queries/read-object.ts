import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';
import type { ObjectKey, StoredObject } from '../types.ts';

export function readObject(
  database: Database,
  clusterId: string,
  key: ObjectKey,
): Promise<StoredObject | undefined> {
  return translated('read', () =>
    database.readCluster(clusterId, async (sql) => {
      const [object] = await sql<StoredObject[]>`
        select resource, namespace, name, uid, revision, body from berth.objects
        where cluster_id = ${clusterId} and resource = ${key.resource} and namespace = ${key.namespace}
          and name = ${key.name}`;
      return object;
    }),
  );
}
