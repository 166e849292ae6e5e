import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { ClusterMissingError } from '../errors.ts';
import type { NewDataKey, SealedDataKey } from '../sealing/body-cipher.ts';
import { translated } from '../translate-error.ts';

export function readDataKey(
  database: Database,
  clusterId: string,
  keyId: string,
): Promise<SealedDataKey | undefined> {
  return translated('read', async () => {
    const [key] = await database.readCluster(
      clusterId,
      (sql) => sql<SealedDataKey[]>`
        select key_id as "keyId", sealed_key as "sealedKey" from berth.data_keys
        where cluster_id = ${clusterId} and key_id = ${keyId}`,
    );
    return key;
  });
}

export function readDataKeys(sql: postgres.TransactionSql, clusterId: string): Promise<SealedDataKey[]> {
  return sql<SealedDataKey[]>`
    select key_id as "keyId", sealed_key as "sealedKey" from berth.data_keys where cluster_id = ${clusterId}`;
}

/** The key that seals a cluster's new bodies. It stays that until the transaction ends. */
export async function lockActiveDataKey(
  sql: postgres.TransactionSql,
  clusterId: string,
): Promise<SealedDataKey | undefined> {
  const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
  const [, [active]] = await Promise.all([
    named,
    sql<SealedDataKey[]>`
      select key_id as "keyId", sealed_key as "sealedKey" from berth.data_keys
      where cluster_id = ${clusterId} and retired_at is null for share`,
  ]);
  return active;
}

/** Makes it the cluster's active key, unless there is one. @throws ClusterMissingError */
export async function insertDataKey(
  sql: postgres.TransactionSql,
  clusterId: string,
  { keyId, sealedKey, madeUnder }: NewDataKey,
): Promise<void> {
  const [cluster] = await sql`select from berth.clusters where id = ${clusterId}`;
  if (!cluster) throw new ClusterMissingError(clusterId);
  await sql`
    insert into berth.data_keys (cluster_id, key_id, sealed_key, made_under)
    values (${clusterId}, ${keyId}, ${sealedKey}, ${madeUnder})
    on conflict (cluster_id) where retired_at is null do nothing`;
}
