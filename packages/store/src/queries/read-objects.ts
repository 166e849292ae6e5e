import type { Database } from '../database.ts';
import { translated } from '../translate-error.ts';
import type { ObjectKey, StoredObject } from '../types.ts';

/** The objects of these keys, each in the place of its key. */
export function readObjects(
  database: Database,
  clusterId: string,
  keys: readonly ObjectKey[],
): Promise<ReadonlyArray<StoredObject | undefined>> {
  return translated('read', async () => {
    const rows = await database.clusterSql<{ place: number; uid: string; revision: number; body: string }[]>`
      select place, uid, revision, body from berth.read_objects(
        ${clusterId}, ${keys.map((key) => key.resource)}, ${keys.map((key) => key.namespace)},
        ${keys.map((key) => key.name)})`;
    const objects: Array<StoredObject | undefined> = keys.map(() => undefined);
    for (const { place, uid, revision, body } of rows) {
      const key = keys[place];
      if (key) {
        const { resource, namespace, name } = key;
        objects[place] = { resource, namespace, name, uid, revision, body };
      }
    }
    return objects;
  });
}
