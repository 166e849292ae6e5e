import type { Database } from '../database.ts';
import type { SealedBodies } from '../sealing/sealed-bodies.ts';
import { sealedPrefix } from '../sealing/sealed-body.ts';

interface Parts {
  readonly database: Database;
  readonly bodies: SealedBodies;
}

/** Waits for the commits that hold the key; those that come later find the new one. */
export async function renewDataKey(
  { database, bodies }: Parts,
  clusterId: string,
  masterKeyId: string,
): Promise<'renewed' | 'current' | 'none'> {
  const { result } = await database.clusterSql.begin(async (sql) => {
    const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
    const [, [active]] = await Promise.all([
      named,
      sql<{ madeUnder: string; keyId: string }[]>`
        select key_id as "keyId", made_under as "madeUnder" from berth.data_keys
        where cluster_id = ${clusterId} and retired_at is null for update`,
    ]);
    if (!active) return { result: 'none' as const };
    if (active.madeUnder === masterKeyId) return { result: 'current' as const };
    await sql`
      update berth.data_keys set retired_at = now() where cluster_id = ${clusterId} and key_id = ${active.keyId}`;
    await bodies.renewKey(sql, clusterId);
    return { result: 'renewed' as const };
  });
  return result;
}

/** One statement sees one state: a body that moves from the objects into the log at this moment is in one of them. */
export async function dropUnusedDataKeys({ database, bodies }: Parts, clusterId: string): Promise<number> {
  const { count } = await database.clusterSql.begin(async (sql) => {
    const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
    const [, deleted] = await Promise.all([
      named,
      sql`
        delete from berth.data_keys k
        where k.cluster_id = ${clusterId} and k.retired_at is not null
          and not exists (
            select from berth.objects o
            where o.cluster_id = ${clusterId} and o.resource = any (${bodies.resources}::text[])
              and starts_with(o.body, ${sealedPrefix}::text || k.key_id)
          )
          and not exists (
            select from berth.log l
            where l.cluster_id = ${clusterId} and l.resource = any (${bodies.resources}::text[])
              and (starts_with(l.before_body, ${sealedPrefix}::text || k.key_id)
                or starts_with(l.after_body, ${sealedPrefix}::text || k.key_id)
                or starts_with(l.last_body, ${sealedPrefix}::text || k.key_id))
          )`,
    ]);
    return { count: deleted.count };
  });
  return count;
}
