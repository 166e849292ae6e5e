import { systemClusterId } from '@berth/auth';
import type { Cluster, Plan, PlanSpec, Tenant } from '@berth/kinds';
import { decodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Store } from '@berth/store';
import { LRUCache } from 'lru-cache';
import { nodePoolsOf } from './node-pools.ts';
import { type TenantRole, tenantRoleOf } from './tenant-role.ts';

/** Whose a cluster is, and what its tenant may do. */
interface ClusterFacts {
  readonly clusterId: string;
  /** `system` for the fleet's own cluster. */
  readonly tenantId: string;
  /** The cluster takes no writes. */
  readonly suspended: boolean;
  /** The strongest role of an identity of the system cluster; undefined for none. */
  readonly roleOf: (username: string, groups: readonly string[]) => TenantRole | undefined;
  /** What the tenant may use. Empty, so without limits, for a tenant without a plan. */
  readonly plan: PlanSpec;
  /** The pools of the fleet whose nodes the cluster uses; undefined for every node. */
  readonly nodePools: readonly string[] | undefined;
  /** The cluster brings its own nodes and uses none of the fleet's. */
  readonly ownNodes: boolean;
}

/** Whose each cluster is. Answers are at most 1 s old. */
export interface TenantDirectory {
  /** undefined for a cluster that does not exist. @throws StoreError */
  ofCluster(clusterId: string): Promise<ClusterFacts | undefined>;
  /** Empty for a tenant without a plan. @throws StoreError */
  planOf(tenantId: string): Promise<PlanSpec>;
}

const maxAgeMs = 1_000;
/** Far more than one process serves within a second. */
const maxEntries = 5_000;

type TenantFacts = Pick<ClusterFacts, 'roleOf' | 'plan'>;

const unknownTenant: TenantFacts = { roleOf: () => undefined, plan: {} };

/** Reads the clusters, tenants and plans of the system cluster by key, and forgets them after a second. */
export function createTenantDirectory(store: Pick<Store, 'cluster' | 'clusterOwner'>): TenantDirectory {
  const system = store.cluster(systemClusterId);

  const read = async <T extends KubeObject>(kind: string, name: string, namespace = '') => {
    const resource = `${kind.toLowerCase()}s.platform.berth.dev`;
    const stored = await system.get({ resource, namespace, name });
    const type = { apiVersion: 'platform.berth.dev/v1', kind };
    // Objects of a resource are of its kind.
    return stored && (decodeStoredBody(stored.body, stored.revision, type) as T);
  };
  const readTenant = async (tenantId: string): Promise<TenantFacts> => {
    const tenant = await read<Tenant>('Tenant', tenantId);
    const planName = tenant?.spec?.plan;
    const plan = planName ? await read<Plan>('Plan', planName) : undefined;
    return {
      roleOf: (username, groups) => tenantRoleOf(tenant?.spec ?? {}, { username, groups }),
      plan: plan?.spec ?? {},
    };
  };
  const tenants = cacheOf(readTenant);
  const clusters = cacheOf(async (clusterId: string): Promise<ClusterFacts | undefined> => {
    const owner = await store.clusterOwner(clusterId);
    if (owner === undefined) return undefined;
    const { tenantId } = owner;
    const [tenant = unknownTenant, cluster] = await Promise.all([
      tenants.fetch(tenantId),
      read<Cluster>('Cluster', clusterId, tenantId),
    ]);
    const spec = cluster?.spec ?? {};
    return {
      clusterId,
      ...owner,
      ...tenant,
      nodePools: nodePoolsOf(spec, tenant.plan),
      ownNodes: spec.ownNodes ?? false,
    };
  });
  return {
    ofCluster: (clusterId) => clusters.fetch(clusterId),
    planOf: async (tenantId) => ((await tenants.fetch(tenantId)) ?? unknownTenant).plan,
  };
}

/** Requests for the same key share one reading. What is not there is asked for again each time. */
function cacheOf<V extends object>(read: (key: string) => Promise<V | undefined>): LRUCache<string, V> {
  return new LRUCache<string, V>({ max: maxEntries, ttl: maxAgeMs, fetchMethod: (key) => read(key) });
}
