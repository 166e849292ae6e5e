import { compileSteering, type Steering } from '@berth/fairness';
import { decodeStoredBody } from '@berth/machinery';
import type { Store } from '@berth/store';
import { LRUCache } from 'lru-cache';

const group = 'flowcontrol.apiserver.k8s.io';
const kinds = [
  { resource: `flowschemas.${group}`, kind: 'FlowSchema' },
  { resource: `prioritylevelconfigurations.${group}`, kind: 'PriorityLevelConfiguration' },
];
const rememberedClusters = 2_000;
/** How long a change may go unnoticed by other processes; the one that made it notices at once. */
const freshForMs = 5_000;

/** The flow control of each cluster. Never waits: while a cluster's own is not known, the one that all begin with counts. */
export interface ClusterSteering {
  of(clusterId: string): Steering;
  /** What was known is out of date. */
  expire(clusterId: string): void;
  /** Whether writes of this API group change the steering. */
  isSteeredBy(group: string): boolean;
}

interface Remembered {
  steering: Steering;
  readAtMs: number;
  isReading: boolean;
}

export function createClusterSteering(store: Pick<Store, 'cluster'>): ClusterSteering {
  const initial = compileSteering([]);
  const known = new LRUCache<string, Remembered>({ max: rememberedClusters });

  const refresh = async (clusterId: string, entry: Remembered): Promise<void> => {
    entry.isReading = true;
    try {
      const readAtMs = performance.now();
      entry.steering = (await readSteering(store, clusterId)) ?? initial;
      entry.readAtMs = Math.max(entry.readAtMs, readAtMs);
    } catch {
      // The database cannot be asked now: what was known still counts.
      entry.readAtMs = performance.now();
    } finally {
      entry.isReading = false;
    }
  };
  return {
    of(clusterId) {
      let entry = known.get(clusterId);
      if (entry === undefined) {
        entry = { steering: initial, readAtMs: Number.NEGATIVE_INFINITY, isReading: false };
        known.set(clusterId, entry);
      }
      if (!entry.isReading && performance.now() - entry.readAtMs >= freshForMs)
        void refresh(clusterId, entry);
      return entry.steering;
    },
    expire(clusterId) {
      const entry = known.get(clusterId);
      if (entry !== undefined) entry.readAtMs = Number.NEGATIVE_INFINITY;
    },
    isSteeredBy: (written) => written === group,
  };
}

/** undefined for a cluster that has nothing of its own. */
async function readSteering(store: Pick<Store, 'cluster'>, clusterId: string): Promise<Steering | undefined> {
  const cluster = store.cluster(clusterId);
  const found = await Promise.all(
    kinds.map(async ({ resource, kind }) => {
      const { items } = await cluster.list({ resource });
      const type = { apiVersion: `${group}/v1`, kind };
      return items.map(({ body, revision }) => decodeStoredBody(body, revision, type));
    }),
  );
  const objects = found.flat();
  return objects.length === 0 ? undefined : compileSteering(objects);
}
