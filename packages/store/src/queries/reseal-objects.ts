import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { SealedBodyError } from '../errors.ts';
import type { SealedBodies } from '../sealing/sealed-bodies.ts';
import { sealedWith } from '../sealing/sealed-body.ts';
import type { ResealedObjects } from '../store.ts';
import type { ObjectKey } from '../types.ts';

/** The cluster's writers wait while so many are sealed anew: a few milliseconds. */
const objectsAtOnce = 200;

interface Row extends ObjectKey {
  readonly body: string;
}

/**
 * Seals the next objects anew, under the lock of the cluster's row: no commit copies a body into the log at the same
 * time that is about to change. What rests does not say more than before, so it is no change of the log.
 */
export async function resealObjects(
  { database, bodies }: { readonly database: Database; readonly bodies: SealedBodies },
  clusterId: string,
  after?: ObjectKey,
): Promise<ResealedObjects> {
  return database.clusterSql.begin(async (sql) => {
    await sql`select set_config('berth.cluster_id', ${clusterId}, true)`;
    const [first] = await nextObjects(sql, {
      clusterId,
      resources: bodies.resources,
      prefix: '',
      after,
      limit: 1,
    });
    // A cluster without such objects needs no key.
    if (!first) return { resealed: 0, unreadable: [] };
    const key = await bodies.keysWithin(sql, clusterId);
    if (!key) return { resealed: 0, unreadable: [] };
    await sql`select from berth.clusters where id = ${clusterId} for update`;
    const rows = await nextObjects(sql, {
      clusterId,
      resources: bodies.resources,
      prefix: sealedWith(key.keyId),
      after,
      limit: objectsAtOnce,
    });
    const unreadable: ObjectKey[] = [];
    for (const row of rows) {
      const { resource, namespace, name } = row;
      const clear = await bodies.open(clusterId, row, row.body).catch((error: unknown) => {
        if (!(error instanceof SealedBodyError)) throw error;
        unreadable.push({ resource, namespace, name });
        return undefined;
      });
      if (clear === undefined) continue;
      const body = bodies.seal(clusterId, row, { ...key, body: clear });
      await sql`
        update berth.objects set body = ${body}
        where cluster_id = ${clusterId} and resource = ${resource} and namespace = ${namespace} and name = ${name}`;
    }
    const last = rows.at(-1);
    return {
      resealed: rows.length - unreadable.length,
      unreadable,
      ...(last && rows.length === objectsAtOnce && { next: last }),
    };
  });
}

interface NextObjects {
  readonly clusterId: string;
  readonly resources: readonly string[];
  /** Bodies that begin with it are left out; '' leaves none out. */
  readonly prefix: string;
  readonly after: ObjectKey | undefined;
  readonly limit: number;
}

async function nextObjects(
  sql: postgres.TransactionSql,
  { clusterId, resources, prefix, after, limit }: NextObjects,
): Promise<Row[]> {
  const { resource = '', namespace = '', name = '' } = after ?? {};
  return sql<Row[]>`
    select resource, namespace, name, body from berth.objects
    where cluster_id = ${clusterId} and resource = any (${[...resources]}::text[])
      and (resource, namespace, name) > (${resource}, ${namespace}, ${name})
      and (${prefix} = '' or not starts_with(body, ${prefix}))
    order by resource, namespace, name limit ${limit}`;
}
