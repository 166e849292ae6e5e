import type { Database } from './database.ts';
import { checkStorable } from './encode-batch.ts';
import type { Feeds } from './feed/feeds.ts';
import type { GroupCommit } from './group-commit.ts';
import type { HeadReader } from './head-reader.ts';
import type { ObjectReader } from './object-reader.ts';
import { turnCursor } from './queries/clusters.ts';
import type { CommittedTurn } from './queries/commit-turn.ts';
import { heldValuesOf } from './queries/held-values.ts';
import { listObjects } from './queries/list-objects.ts';
import { readResources } from './queries/read-resources.ts';
import { resourcesChanged } from './queries/resources-changed.ts';
import { terminatingObjects } from './queries/terminating-objects.ts';
import { nextTimer } from './queries/timers.ts';
import { turnStart } from './queries/turn-start.ts';
import type { ReplicaCache } from './replica/replica-cache.ts';
import type { SealedBodies } from './sealing/sealed-bodies.ts';
import type { ClusterStore } from './store.ts';
import type { Change, TogetherOutcome, TurnCommit, Write } from './types.ts';

/** What all clusters of a process share. */
export interface SharedParts {
  readonly database: Database;
  readonly bodies: SealedBodies;
  /** The log after a revision. */
  readonly changes: (clusterId: string, after: number, limit: number) => Promise<Change[]>;
  readonly groupCommit: GroupCommit;
  readonly heads: HeadReader;
  readonly objects: ObjectReader;
  readonly replicas: ReplicaCache;
  readonly feeds: Feeds;
  /** Commits writes that belong together and tells of them. */
  readonly commitTogether: (clusterId: string, writes: readonly Write[]) => Promise<TogetherOutcome>;
  /** Commits a turn and tells of it. */
  readonly commitTurn: (clusterId: string, turn: TurnCommit) => Promise<CommittedTurn>;
}

export function clusterStore(clusterId: string, parts: SharedParts): ClusterStore {
  const { database, bodies, groupCommit, heads, objects, replicas, feeds } = parts;
  return {
    clusterId,
    head: async () => (await heads.head(clusterId)).revision,
    rulesRevision: async () => (await heads.head(clusterId)).rulesRevision,
    get: (key) => objects.read(clusterId, key),
    async list(query) {
      const page = await listObjects(database, clusterId, query);
      return { ...page, items: await bodies.objects(clusterId, page.items) };
    },
    async readResources(resources) {
      const { revision, objects: found } = await readResources(database, clusterId, resources);
      return { revision, objects: await bodies.objects(clusterId, found) };
    },
    resourcesChanged: (resources, after) => resourcesChanged(database, clusterId, { resources, after }),
    heldValues: () => heldValuesOf(database, clusterId),
    write: (write) => groupCommit.write(clusterId, write),
    async writeTogether(writes) {
      for (const write of writes) checkStorable(write);
      return parts.commitTogether(clusterId, writes);
    },
    changes: (after, limit) => parts.changes(clusterId, after, limit),
    terminating: (resource) => terminatingObjects(database, clusterId, resource),
    nextTimer: () => nextTimer(database, clusterId),
    cursor: () => turnCursor(database, clusterId),
    turnStart: (now, mostTimers) => turnStart(database, clusterId, { now, mostTimers }),
    commitTurn: async (turn) => (await parts.commitTurn(clusterId, turn)).outcome,
    replica: () => replicas.replica(clusterId),
    warmReplica: () => replicas.warm(clusterId),
    follow: (after, signal) => feeds.follow(clusterId, after, signal),
  };
}
