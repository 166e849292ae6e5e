import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { heartbeats } from '../schema/tables.ts';
import type { HeartbeatWrite, Heartbeats } from '../store.ts';
import { translated } from '../translate-error.ts';
import type { ObjectKey, Outcome, StoredObject } from '../types.ts';

export function heartbeatStore(database: Database): Heartbeats {
  return {
    put: (clusterId, heartbeat) => putHeartbeat(database, clusterId, heartbeat),
    get: (clusterId, key) => getHeartbeat(database, clusterId, key),
    list: (clusterId, query) =>
      translated('read', () =>
        database.inCluster(clusterId, (queries) =>
          queries
            .select(columns)
            .from(heartbeats)
            .where(
              and(
                eq(heartbeats.clusterId, clusterId),
                eq(heartbeats.resource, query.resource),
                query.namespace === undefined ? undefined : eq(heartbeats.namespace, query.namespace),
              ),
            )
            .orderBy(asc(heartbeats.namespace), asc(heartbeats.name)),
        ),
      ),
    remove: (clusterId, key) =>
      translated('change', () =>
        database.inCluster(clusterId, async (queries) => {
          const removed = await queries
            .delete(heartbeats)
            .where(isKey(clusterId, key))
            .returning({ uid: heartbeats.uid });
          return removed.length > 0;
        }),
      ),
  };
}

const { resource, namespace, name, uid, revision, body } = heartbeats;
const columns = { resource, namespace, name, uid, revision, body };

function isKey(clusterId: string, key: ObjectKey): SQL | undefined {
  return and(
    eq(heartbeats.clusterId, clusterId),
    eq(heartbeats.resource, key.resource),
    eq(heartbeats.namespace, key.namespace),
    eq(heartbeats.name, key.name),
  );
}

function getHeartbeat(
  database: Database,
  clusterId: string,
  key: ObjectKey,
): Promise<StoredObject | undefined> {
  return translated('read', () =>
    database.inCluster(clusterId, async (queries) => {
      const [heartbeat] = await queries.select(columns).from(heartbeats).where(isKey(clusterId, key));
      return heartbeat;
    }),
  );
}

function putHeartbeat(database: Database, clusterId: string, heartbeat: HeartbeatWrite): Promise<Outcome> {
  const { resource, namespace, name, uid, body, expectedRevision } = heartbeat;
  return translated('change', () =>
    database.inCluster(clusterId, async (queries): Promise<Outcome> => {
      const next = { uid, body, revision: sql`${heartbeats.revision} + 1` };
      const insert = queries
        .insert(heartbeats)
        .values({ clusterId, resource, namespace, name, uid, body, revision: 1 });
      const [written] =
        expectedRevision === undefined
          ? await insert
              .onConflictDoUpdate({
                target: [heartbeats.clusterId, heartbeats.resource, heartbeats.namespace, heartbeats.name],
                set: next,
              })
              .returning({ revision: heartbeats.revision })
          : expectedRevision === 0
            ? await insert.onConflictDoNothing().returning({ revision: heartbeats.revision })
            : await queries
                .update(heartbeats)
                .set(next)
                .where(and(isKey(clusterId, heartbeat), eq(heartbeats.revision, expectedRevision)))
                .returning({ revision: heartbeats.revision });
      if (written) return { status: 'applied', revision: written.revision };
      if (expectedRevision === 0) return { status: 'exists' };
      const [current] = await queries
        .select({ revision: heartbeats.revision, uid: heartbeats.uid })
        .from(heartbeats)
        .where(isKey(clusterId, heartbeat));
      return current ? { status: 'conflict', precondition: 'revision', current } : { status: 'missing' };
    }),
  );
}
