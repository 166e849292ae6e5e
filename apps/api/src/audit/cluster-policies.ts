import type { AuditPolicy, AuditPolicySpec } from '@berth/kinds';
import type { Store } from '@berth/store';
import { LRUCache } from 'lru-cache';

/** A policy holds within a second of its write. */
const keptForMs = 1_000;
const maxClusters = 5_000;
const resource = 'auditpolicies.audit.berth.dev';

/** The AuditPolicies of a cluster, in order of their names; none for a cluster that does not exist. */
export type ClusterPolicies = (clusterId: string) => Promise<readonly AuditPolicySpec[]>;

export function clusterPolicies({ store }: { readonly store: Store }): ClusterPolicies {
  const cache = new LRUCache<string, readonly AuditPolicySpec[]>({
    max: maxClusters,
    ttl: keptForMs,
    fetchMethod: async (clusterId) => {
      if (!(await store.clusterExists(clusterId))) return [];
      const { items } = await store.cluster(clusterId).list({ resource });
      // Bodies passed the validation of their kind.
      return items.flatMap(({ body }) => (JSON.parse(body) as Pick<AuditPolicy, 'spec'>).spec ?? []);
    },
  });
  return async (clusterId) => (await cache.fetch(clusterId)) ?? [];
}
