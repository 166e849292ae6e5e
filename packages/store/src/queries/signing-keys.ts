import { and, asc, eq, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { signingKeys } from '../schema/tables.ts';
import type { SigningKeys } from '../store.ts';
import { translated } from '../translate-error.ts';
import { clustersToRotate } from './clusters-to-rotate.ts';

export function signingKeyStore(database: Database): SigningKeys {
  const { keyId, algorithm, publicJwk, sealedPrivateJwk, signsFrom, usedUntil } = signingKeys;
  const isKey = (clusterId: string, id: string) => and(eq(signingKeys.clusterId, clusterId), eq(keyId, id));
  return {
    list: (clusterId) =>
      translated('read', () =>
        database.inCluster(clusterId, async (queries) => {
          const rows = await queries
            .select({ keyId, algorithm, publicJwk, sealedPrivateJwk, signsFrom, usedUntil })
            .from(signingKeys)
            .where(eq(signingKeys.clusterId, clusterId))
            .orderBy(asc(signsFrom), asc(keyId));
          return rows.map(({ usedUntil: until, ...key }) => ({
            ...key,
            ...(until !== null && { usedUntil: until }),
          }));
        }),
      ),
    listPublic: (clusterId) =>
      translated('read', async () => {
        const rows = await database.clusterSql<{ key_id: string; public_jwk: string }[]>`
          select key_id, public_jwk from berth.read_signing_keys(${clusterId})`;
        return rows.map((row) => ({ keyId: row.key_id, publicJwk: JSON.parse(row.public_jwk) }));
      }),
    insert: (clusterId, key) =>
      translated('change', () =>
        database.inCluster(clusterId, async (queries) => {
          const inserted = await queries
            .insert(signingKeys)
            .values({ ...key, clusterId })
            .onConflictDoNothing()
            .returning({ keyId });
          return inserted.length > 0 ? 'inserted' : 'exists';
        }),
      ),
    remove: (clusterId, id) =>
      translated('change', () =>
        database.inCluster(clusterId, async (queries) => {
          const removed = await queries.delete(signingKeys).where(isKey(clusterId, id)).returning({ keyId });
          return removed.length > 0;
        }),
      ),
    extendUse: (clusterId, id, until) =>
      translated('change', () =>
        database.inCluster(clusterId, async (queries) => {
          const extended = await queries
            .update(signingKeys)
            .set({ usedUntil: sql`greatest(${usedUntil}, ${until.toISOString()}::timestamptz)` })
            .where(isKey(clusterId, id))
            .returning({ keyId });
          return extended.length > 0;
        }),
      ),
    clustersToRotate: (due) => clustersToRotate(database, due),
  };
}
