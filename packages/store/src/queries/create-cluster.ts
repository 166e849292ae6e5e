import type { QuotaRefusal } from '@berth/machinery';
import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { ClusterSeedError, HeldValueError } from '../errors.ts';
import type { SealedBodies } from '../sealing/sealed-bodies.ts';
import type { NewCluster, SigningKey } from '../store.ts';
import type { Refusal, Write } from '../types.ts';
import { withPartitions } from './log-partitions.ts';
import { applyAll, RefusedWrite } from './write-together.ts';

/** The fleet's own cluster. */
export const systemClusterId = 'system';

/** Where the logs of the clusters that were written to now end, or why nothing was made. */
export type CreatedCluster =
  | { readonly status: 'created'; readonly heads: ReadonlyMap<string, number> }
  | { readonly status: 'refused'; readonly outcome: Refusal };

/**
 * One transaction. It waits for the system cluster's row before it touches the log, and for no other row: nobody else can
 * see the new one.
 */
export async function createCluster(
  database: Database,
  bodies: SealedBodies,
  cluster: NewCluster,
): Promise<CreatedCluster> {
  try {
    const heads = await withPartitions(database, () => insertAll(database, bodies, cluster));
    return heads === undefined
      ? { status: 'refused', outcome: { status: 'exists' } }
      : { status: 'created', heads };
  } catch (thrown) {
    if (thrown instanceof HeldValueError) throw new ClusterSeedError(thrown.message);
    if (!(thrown instanceof RefusedWrite)) throw thrown;
    return { status: 'refused', outcome: thrown.refused.outcome };
  }
}

function insertAll(
  database: Database,
  bodies: SealedBodies,
  { clusterId, tenantId, seed, recordedBy, suspended = false, signingKeys = [] }: NewCluster,
): Promise<Map<string, number> | undefined> {
  const commit = async (sql: postgres.TransactionSql, id: string, writes: readonly Write[]) =>
    applyAll(sql, id, await bodies.sealed(sql, id, writes));
  return database.clusterSql.begin(async (sql) => {
    const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
    const [, inserted] = await Promise.all([
      named,
      // What any former cluster reached counts as compacted: who still reads the log of one of this id is told so.
      sql`
        insert into berth.clusters (id, tenant_id, revision, cursor, compacted_revision)
        select ${clusterId}, ${tenantId}, revision, revision, revision from berth.revision_floor
        on conflict do nothing`,
    ]);
    if (inserted.count === 0) return undefined;
    // After the insert, which may have waited for a removal to begin.
    const removing = await sql`select from berth.former_clusters where id = ${clusterId}`;
    if (removing.count > 0)
      throw new RefusedWrite({ status: 'refused', position: 0, outcome: { status: 'exists' } });
    const heads = new Map<string, number>();
    const [, recorded] = await Promise.all([
      // First, while the transaction still names the new cluster.
      insertKeys(sql, clusterId, signingKeys),
      recordedBy === undefined ? undefined : commit(sql, systemClusterId, [recordedBy]),
    ]);
    if (recorded !== undefined) heads.set(systemClusterId, recorded.newHead);
    // Rows of clusters are locked before those of tenants, by everyone.
    await takeCluster(sql, clusterId, tenantId);
    if (seed.length > 0) {
      try {
        heads.set(clusterId, (await commit(sql, clusterId, seed)).newHead);
      } catch (thrown) {
        if (!(thrown instanceof RefusedWrite) || thrown.refused.outcome.status === 'quota') throw thrown;
        const { position, outcome } = thrown.refused;
        const { resource, name } = seed[position] ?? {};
        throw new ClusterSeedError(`${resource} "${name}" of cluster "${clusterId}" met ${outcome.status}`);
      }
    }
    // Last: it would refuse its own seed.
    if (suspended) {
      await sql`select set_config('berth.cluster_id', ${clusterId}, true)`;
      await sql`update berth.clusters set suspended = true where id = ${clusterId}`;
    }
    return heads;
  });
}

/** Counts the cluster for its tenant. @throws RefusedWrite */
async function takeCluster(sql: postgres.TransactionSql, clusterId: string, tenantId: string): Promise<void> {
  const [taken] = await sql<{ refusal: QuotaRefusal | null }[]>`
    select berth.take_cluster(${clusterId}, ${tenantId}) as refusal`;
  if (!taken?.refusal) return;
  const outcome = { status: 'quota', refusal: taken.refusal } as const;
  throw new RefusedWrite({ status: 'refused', position: 0, outcome });
}

async function insertKeys(
  sql: postgres.TransactionSql,
  clusterId: string,
  keys: readonly SigningKey[],
): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    insert into berth.signing_keys (cluster_id, key_id, algorithm, public_jwk, sealed_private_jwk, signs_from, used_until)
    select ${clusterId}, "keyId", algorithm, "publicJwk", "sealedPrivateJwk", "signsFrom", "usedUntil"
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb) as key (
      "keyId" text, algorithm text, "publicJwk" jsonb, "sealedPrivateJwk" text, "signsFrom" timestamptz,
      "usedUntil" timestamptz
    )`.execute();
}
