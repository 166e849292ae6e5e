import type { Database } from '../database.ts';
import type { SealedBodies } from '../sealing/sealed-bodies.ts';
import type { StoredKey, StoredKeys } from '../store.ts';
import { translated } from '../translate-error.ts';
import { dropUnusedDataKeys, renewDataKey } from './renew-data-key.ts';
import { resealObjects } from './reseal-objects.ts';

export function storedKeyStore(database: Database, bodies: SealedBodies): StoredKeys {
  return {
    clustersSealedOtherwise: (prefix, limit) =>
      translated('read', async () => {
        const rows = await database.fleetSql<{ id: string }[]>`
          select id from berth.clusters_sealed_otherwise(${prefix}, ${limit}) as id`;
        return rows.map(({ id }) => id);
      }),
    list: (clusterId) =>
      translated('read', async () => {
        const rows = await database.readCluster(
          clusterId,
          (sql) => sql<StoredKey[]>`
            select 'signing' as use, key_id as "keyId", sealed_private_jwk as sealed from berth.signing_keys
            where cluster_id = ${clusterId}
            union all
            select 'data', key_id, sealed_key from berth.data_keys where cluster_id = ${clusterId}`,
        );
        return [...rows];
      }),
    replace: (clusterId, key, sealed) =>
      translated('change', () => replaceStoredKey(database, clusterId, { ...key, replacement: sealed })),
    renewDataKey: (clusterId, masterKeyId) =>
      translated('change', () => renewDataKey({ database, bodies }, clusterId, masterKeyId)),
    resealObjects: (clusterId, after) =>
      translated('change', () => resealObjects({ database, bodies }, clusterId, after)),
    dropUnusedDataKeys: (clusterId) =>
      translated('change', () => dropUnusedDataKeys({ database, bodies }, clusterId)),
  };
}

async function replaceStoredKey(
  database: Database,
  clusterId: string,
  { use, keyId, sealed, replacement }: StoredKey & { readonly replacement: string },
): Promise<boolean> {
  const replaced = await database.clusterSql.begin(async (sql) => {
    const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
    const update =
      use === 'signing'
        ? sql`
          update berth.signing_keys set sealed_private_jwk = ${replacement}
          where cluster_id = ${clusterId} and key_id = ${keyId} and sealed_private_jwk = ${sealed}`
        : sql`
          update berth.data_keys set sealed_key = ${replacement}
          where cluster_id = ${clusterId} and key_id = ${keyId} and sealed_key = ${sealed}`;
    const [, { count }] = await Promise.all([named, update]);
    return { count };
  });
  return replaced.count > 0;
}
