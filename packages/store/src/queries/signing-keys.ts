import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { signingKeys } from '../schema/tables.ts';
import type { SigningKeys } from '../store.ts';
import { translated } from '../translate-error.ts';

export function signingKeyStore(database: Database): SigningKeys {
  const { keyId, algorithm, publicJwk, sealedPrivateJwk, createdAt } = signingKeys;
  return {
    list: (clusterId) =>
      translated('read', () =>
        database.inCluster(clusterId, (queries) =>
          queries
            .select({ keyId, algorithm, publicJwk, sealedPrivateJwk, createdAt })
            .from(signingKeys)
            .where(eq(signingKeys.clusterId, clusterId))
            .orderBy(asc(createdAt), asc(keyId)),
        ),
      ),
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
          const removed = await queries
            .delete(signingKeys)
            .where(and(eq(signingKeys.clusterId, clusterId), eq(keyId, id)))
            .returning({ keyId });
          return removed.length > 0;
        }),
      ),
  };
}
