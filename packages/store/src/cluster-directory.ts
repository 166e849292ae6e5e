import { LRUCache } from 'lru-cache';
import type { Database } from './database.ts';
import { beginRemoval, endRemoval, pendingRemovals, removeClusterRows } from './queries/cluster-removals.ts';
import {
  clusterExists,
  clusterOwner,
  listClusterIds,
  recordSuspended,
  setSuspended,
} from './queries/clusters.ts';
import { createCluster, systemClusterId } from './queries/create-cluster.ts';
import type { SealedBodies } from './sealing/sealed-bodies.ts';
import type { ReplicaCache } from './replica/replica-cache.ts';
import type { ClusterRemovals, Store } from './store.ts';
import type { Outcome } from './types.ts';
import type { Writer } from './writer.ts';

export type ClusterDirectory = Pick<
  Store,
  | 'createCluster'
  | 'removals'
  | 'setSuspended'
  | 'recordSuspended'
  | 'clusterExists'
  | 'clusterOwner'
  | 'listClusterIds'
>;

/** Clusters that existed when this process last heard of them. */
export type KnownClusters = LRUCache<string, true>;

/** So long a cluster may seem to be there that another process has ended. */
const knownForMs = 1_000;
const mostKnown = 10_000;

export function createKnownClusters(): KnownClusters {
  return new LRUCache({ max: mostKnown, ttl: knownForMs });
}

interface Parts {
  readonly writer: Writer;
  readonly bodies: SealedBodies;
  readonly replicas: ReplicaCache;
  readonly known: KnownClusters;
}

/** The clusters themselves: what there are, and how they come and go. */
export function clusterDirectory(database: Database, parts: Parts): ClusterDirectory {
  const { known, writer, bodies } = parts;
  /** Looks under way: many requests may come in the moment in which a cluster is no longer known to be there. */
  const looks = new Map<string, Promise<boolean>>();
  const lookFor = async (clusterId: string): Promise<boolean> => {
    try {
      const exists = await clusterExists(database, clusterId);
      if (exists) known.set(clusterId, true);
      return exists;
    } finally {
      looks.delete(clusterId);
    }
  };
  return {
    async createCluster(cluster) {
      const { clusterId, recordedBy } = cluster;
      const created = await createCluster(database, bodies, cluster);
      if (created.status === 'refused') return created.outcome;
      known.set(clusterId, true);
      recordedBy?.audit?.onRecorded();
      for (const [changed, head] of created.heads) writer.tell(changed, head);
      const revision = created.heads.get(recordedBy === undefined ? clusterId : systemClusterId);
      return { status: 'applied', revision: revision ?? 0 };
    },
    removals: clusterRemovals(database, parts),
    async setSuspended(clusterId, suspended) {
      await setSuspended(database, clusterId, suspended);
      if (!suspended) writer.wake(clusterId);
    },
    async recordSuspended({ clusterId, suspended }, recordedBy) {
      const outcome = await recordSuspended({ database, bodies }, { clusterId, suspended }, recordedBy);
      if (outcome.status !== 'applied') return outcome;
      writer.tell(systemClusterId, outcome.revision);
      if (!suspended) writer.wake(clusterId);
      return outcome;
    },
    async clusterExists(clusterId) {
      if (known.has(clusterId)) return true;
      let look = looks.get(clusterId);
      if (look === undefined) looks.set(clusterId, (look = lookFor(clusterId)));
      return look;
    },
    clusterOwner: (clusterId) => clusterOwner(database, clusterId),
    listClusterIds: () => listClusterIds(database),
  };
}

function clusterRemovals(database: Database, { writer, bodies, replicas, known }: Parts): ClusterRemovals {
  const told = (outcome: Outcome): Outcome => {
    if (outcome.status === 'applied' && outcome.revision > 0) writer.tell(systemClusterId, outcome.revision);
    return outcome;
  };
  return {
    async begin(clusterId, recordedBy) {
      const outcome = told(await beginRemoval({ database, bodies }, clusterId, recordedBy));
      known.delete(clusterId);
      if (outcome.status === 'applied') replicas.drop(clusterId);
      return outcome;
    },
    removeRows: (clusterId, limit) => removeClusterRows(database, clusterId, limit),
    end: async (clusterId, recordedBy) => told(await endRemoval({ database, bodies }, clusterId, recordedBy)),
    pending: () => pendingRemovals(database),
  };
}
