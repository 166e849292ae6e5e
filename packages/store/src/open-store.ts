import { clusterDirectory, createKnownClusters } from './cluster-directory.ts';
import { clusterStore, type SharedParts } from './cluster-store.ts';
import { type OnStatement, openDatabase } from './database.ts';
import { Feeds } from './feed/feeds.ts';
import { GroupCommit } from './group-commit.ts';
import { HeadReader } from './head-reader.ts';
import { ObjectReader } from './object-reader.ts';
import { auditLog } from './queries/audit-log.ts';
import {
  assignedSince,
  assignedTo,
  assignedVersions,
  readBodies,
  readRevisions,
} from './queries/assigned-objects.ts';
import { recount } from './queries/clusters.ts';
import { clustersWithWork } from './queries/clusters-with-work.ts';
import { hastenTimers } from './queries/hasten-timers.ts';
import { usageDrift } from './queries/usage-drift.ts';
import { assignedNodes, wakeAssigned } from './queries/wake-assigned.ts';
import { wakeTimers } from './queries/wake-timers.ts';
import { heartbeatStore } from './queries/heartbeats.ts';
import { loadSnapshot } from './queries/load-snapshot.ts';
import { dropExpiredPartitions, ensurePartitions } from './queries/log-partitions.ts';
import { meteringStore } from './queries/metering.ts';
import { nodeCapacityStore } from './queries/node-capacity.ts';
import { outboxStore } from './queries/outbox.ts';
import { readChanges } from './queries/read-changes.ts';
import { readHeads } from './queries/read-heads.ts';
import { readObjects } from './queries/read-objects.ts';
import { signingKeyStore } from './queries/signing-keys.ts';
import { storedKeyStore } from './queries/stored-keys.ts';
import { tenantLimitStore } from './queries/tenant-limits.ts';
import { takeDueClusters } from './queries/take-due-clusters.ts';
import { ReplicaCache } from './replica/replica-cache.ts';
import type { BodyCipher } from './sealing/body-cipher.ts';
import { SealedBodies } from './sealing/sealed-bodies.ts';
import type { Store } from './store.ts';
import { translated } from './translate-error.ts';
import type { HintBus, StoredObject } from './types.ts';
import { Writer } from './writer.ts';

export interface OpenStoreOptions {
  /** `postgres://…`, of the user that migrated the database or a member of its roles. */
  readonly databaseUrl: string;
  readonly hints: HintBus;
  /** Connections for the work of single clusters. Default 8. */
  readonly clusterPoolSize?: number;
  /** Connections for queries over the fleet. Default 3. */
  readonly fleetPoolSize?: number;
  /** Memory for replicas over all clusters, counted in bytes of stored bodies. Default 256 MiB. */
  readonly replicaBudgetBytes?: number;
  /** A replica that nobody asked for in this time goes. Default 1 minute. */
  readonly replicaIdleMs?: number;
  /** How long the log can be read back. Default 1 hour. */
  readonly retentionMs?: number;
  /** Seals the bodies of some resources. Without it they rest in clear, and those that rest sealed cannot be read. */
  readonly bodyCipher?: BodyCipher;
  /** Told of every statement that is sent: for tests of the walls, and to look for what is slow. */
  readonly onStatement?: OnStatement;
  /** How often followers look for changes that no hint told of. Default 1 s. */
  readonly pollIntervalMs?: number;
}

const defaults = {
  clusterPoolSize: 8,
  fleetPoolSize: 3,
  replicaBudgetBytes: 256 * 1024 * 1024,
  replicaIdleMs: 60_000,
  retentionMs: 60 * 60_000,
  pollIntervalMs: 1_000,
};

/** Opens a migrated database (see `migrate`). Connects at first use and again after every loss. */
export function openStore(options: OpenStoreOptions): Store {
  const settings = { ...defaults, ...options };
  const database = openDatabase(settings);
  const bodies = new SealedBodies(database, options.bodyCipher);
  const changes: SharedParts['changes'] = async (clusterId, after, limit) =>
    bodies.changes(clusterId, await readChanges(database, clusterId, { after, limit }));
  const known = createKnownClusters();
  const heads = new HeadReader(
    (clusterIds) => readHeads(database, clusterIds),
    (clusterId) => {
      known.delete(clusterId);
      replicas.drop(clusterId);
    },
  );
  const revisionOf = async (clusterId: string): Promise<number> => (await heads.head(clusterId)).revision;
  const feeds = new Feeds(
    {
      head: revisionOf,
      heads: (clusterIds) => heads.heads(clusterIds),
      changes,
    },
    settings,
  );
  const replicas = new ReplicaCache(
    {
      head: revisionOf,
      async snapshot(clusterId, visit) {
        const objects: StoredObject[] = [];
        const revision = await loadSnapshot(database, clusterId, (object) => objects.push(object));
        // Only now: to look for keys takes a connection, and the snapshot had one.
        for (const object of await bodies.objects(clusterId, objects)) visit(object);
        return revision;
      },
      async changes(clusterId, after, limit) {
        const kept = feeds.kept(clusterId, after) ?? [];
        return kept.length > 0 ? kept : changes(clusterId, after, limit);
      },
    },
    { budgetBytes: settings.replicaBudgetBytes, idleMs: settings.replicaIdleMs },
  );
  const writer = new Writer(database, bodies, {
    onChanged(clusterId, revision) {
      feeds.hint(clusterId, revision);
      settings.hints.publish({ clusterId, revision });
    },
    onWork: (clusterId) => settings.hints.requestTurn(clusterId),
  });
  const groupCommit = new GroupCommit((clusterId, writes) => writer.commitBatch(clusterId, writes));
  const unsubscribe = settings.hints.subscribe(({ clusterId, revision }) => feeds.hint(clusterId, revision));

  const parts: SharedParts = {
    database,
    bodies,
    changes,
    groupCommit,
    heads,
    objects: new ObjectReader(async (clusterId, keys) =>
      bodies.found(clusterId, await readObjects(database, clusterId, keys)),
    ),
    replicas,
    feeds,
    commitTogether: (clusterId, writes) => writer.commitTogether(clusterId, writes),
    commitTurn: (clusterId, turn) => writer.commitTurn(clusterId, turn),
  };
  return {
    cluster: (clusterId) => clusterStore(clusterId, parts),
    ...clusterDirectory(database, { writer, bodies, replicas, known }),
    clustersWithWork: (now, limit) => clustersWithWork(database, now, limit),
    takeDueClusters: (now, due) => takeDueClusters(database, now, due),
    hastenTimers: (key, now) => hastenTimers(database, key, now),
    wakeTimers: (wake, now) => wakeTimers(database, wake, now),
    wakeAssigned: (wakes, now) => wakeAssigned(database, wakes, now),
    assignedNodes: () => assignedNodes(database),
    assignedTo: (node) => assignedTo(database, node),
    assignedVersions: (which) => assignedVersions(database, which),
    assignedSince: (node, since) => assignedSince(database, node, since),
    readBodies: async (refs) => bodies.ofClusters(await readBodies(database, refs)),
    readRevisions: (refs) => readRevisions(database, refs),
    heartbeats: heartbeatStore(database),
    outbox: outboxStore(database),
    signingKeys: signingKeyStore(database),
    storedKeys: storedKeyStore(database, bodies),
    nodeCapacity: nodeCapacityStore(database),
    tenantLimits: tenantLimitStore(database),
    metering: meteringStore(database),
    recount: (clusterId) => recount(database, clusterId),
    usageDrift: (clusterId) => usageDrift(database, clusterId),
    audit: auditLog(database),
    ensurePartitions: (now) => ensurePartitions(database, now),
    dropExpiredPartitions: (now, retentionMs = settings.retentionMs) =>
      dropExpiredPartitions(database, now, retentionMs),
    ping: () => translated('read', async () => void (await database.fleetSql`select 1`)),
    async close() {
      unsubscribe();
      feeds.close();
      replicas.close();
      await groupCommit.close();
      await database.close();
    },
  };
}
