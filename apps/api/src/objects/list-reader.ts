import { LRUCache } from 'lru-cache';
import type { ClusterStore, ListPage, ListQuery, Replica, StoredObject } from '@berth/store';

/** So many lists of a cluster within this time make a replica worth its memory. */
const warmingLists = 2;
const warmingWindowMs = 5_000;
const watchedClusters = 10_000;

export type ListReader = (cluster: ClusterStore, query: ListQuery) => Promise<ListPage>;

/**
 * Lists that are as new as can be: from the replica in memory if this process holds one, or if the cluster is listed so
 * often that it should; else, and for lists of the past, from the database.
 */
export function createListReader(): ListReader {
  const recentLists = new LRUCache<string, number>({
    max: watchedClusters,
    ttl: warmingWindowMs,
    noUpdateTTL: true,
  });
  const isReplicaWanted = (cluster: ClusterStore): boolean => {
    if (cluster.warmReplica() !== undefined) return true;
    const lists = (recentLists.get(cluster.clusterId) ?? 0) + 1;
    recentLists.set(cluster.clusterId, lists);
    return lists > warmingLists;
  };
  return async (cluster, query) => {
    if (query.revision !== undefined || !isReplicaWanted(cluster)) return cluster.list(query);
    return pageOf(await cluster.replica(), query);
  };
}

function pageOf(replica: Replica, { resource, namespace, after, limit }: ListQuery): ListPage {
  const { revision } = replica;
  const found = replica.list(resource, namespace);
  const start = after === undefined ? 0 : found.findIndex((item) => isBehind(item, after));
  if (start < 0) return { revision, items: [], remaining: 0 };
  const end = limit === undefined ? found.length : Math.min(start + limit, found.length);
  const items: readonly StoredObject[] =
    start === 0 && end === found.length ? found : found.slice(start, end);
  return { revision, items, remaining: found.length - end };
}

/** Replicas are in byte order of (namespace, name), and names are ASCII. */
function isBehind(item: StoredObject, after: NonNullable<ListQuery['after']>): boolean {
  if (item.namespace !== after.namespace) return item.namespace > after.namespace;
  return item.name > after.name;
}
