import { systemClusterId } from '@berth/auth';
import type { ObservedChange } from '@berth/controllers';
import { type Cluster, type Plan, planCounters, type Tenant } from '@berth/kinds';
import { type KubeObject, semanticEqual } from '@berth/machinery';
import { ClusterMissingError, type Store } from '@berth/store';
import type { ReplicaView } from '../turn/replica-view.ts';

const resources = {
  tenants: 'tenants.platform.berth.dev',
  plans: 'plans.platform.berth.dev',
  clusters: 'clusters.platform.berth.dev',
};
/** Clusters that are suspended or resumed at once. */
const clustersAtOnce = 16;

/** Sees to it that what Tenants, Plans and Clusters say holds for the clusters themselves. */
export interface TenancyFollower {
  /**
   * Before the turn that saw the changes commits, so that it is done again if it fails: nothing is lost by whatever dies.
   *
   * @throws StoreError
   */
  follow(clusterId: string, changes: readonly ObservedChange[], view: ReplicaView): Promise<void>;
}

export function tenancyFollower(store: Pick<Store, 'setSuspended' | 'tenantLimits'>): TenancyFollower {
  return {
    async follow(clusterId, changes, view) {
      if (clusterId !== systemClusterId) return;
      const tenancy = changes.filter(({ resource }) => Object.values(resources).includes(resource));
      if (tenancy.length === 0) return;
      const work = workOf(tenancy, view);
      for (const tenantId of work.limits) await store.tenantLimits.set(tenantId, limitsOf(tenantId, view));
      await suspendAll(store, work.clusters, view);
    },
  };
}

interface Work {
  /** Tenants whose limits are to be written. */
  readonly limits: ReadonlySet<string>;
  /** Clusters that may have to be suspended or resumed. */
  readonly clusters: ReadonlyMap<string, Cluster>;
}

function workOf(changes: readonly ObservedChange[], view: ReplicaView): Work {
  const limits = new Set<string>();
  const clusters = new Map<string, Cluster>();
  for (const { resource, before, after } of changes) {
    const { name = '' } = (after ?? before)?.metadata ?? {};
    if (resource === resources.tenants) {
      const [former, current]: readonly [Tenant | undefined, Tenant | undefined] = [before, after];
      if (!former || planOf(former) !== planOf(current)) limits.add(name);
      if (isSuspended(former) !== isSuspended(current)) {
        for (const cluster of clustersOf(view, name)) clusters.set(cluster.metadata.name, cluster);
      }
    } else if (resource === resources.plans) {
      if (semanticEqual(before?.['spec'], after?.['spec'])) continue;
      for (const tenant of tenantsOf(view, name)) limits.add(tenant.metadata.name);
    } else if (after && (isSuspended(before) !== isSuspended(after) || (!before && mustStop(after, view)))) {
      clusters.set(name, after as Cluster);
    }
  }
  return { limits, clusters };
}

async function suspendAll(
  store: Pick<Store, 'setSuspended'>,
  clusters: ReadonlyMap<string, Cluster>,
  view: ReplicaView,
): Promise<void> {
  const all = [...clusters.entries()];
  for (let start = 0; start < all.length; start += clustersAtOnce) {
    await Promise.all(
      all.slice(start, start + clustersAtOnce).map(async ([clusterId, cluster]) => {
        try {
          await store.setSuspended(clusterId, mustStop(cluster, view));
        } catch (error) {
          // It is being removed.
          if (!(error instanceof ClusterMissingError)) throw error;
        }
      }),
    );
  }
}

function mustStop(cluster: KubeObject, view: ReplicaView): boolean {
  const { namespace = '' } = cluster.metadata;
  return (
    isSuspended(cluster) ||
    isSuspended(view.get({ resource: resources.tenants, namespace: '', name: namespace }))
  );
}

function limitsOf(tenantId: string, view: ReplicaView): Record<string, string> {
  const tenant: Tenant | undefined = view.get({ resource: resources.tenants, namespace: '', name: tenantId });
  const name = planOf(tenant);
  const plan: Plan | undefined = name
    ? view.get({ resource: resources.plans, namespace: '', name })
    : undefined;
  return planCounters(plan?.spec ?? {});
}

/** One that goes has none any more: its end is no change that a turn sees, but the turn's own. */
function planOf(tenant: Tenant | undefined): string | undefined {
  return tenant?.metadata.deletionTimestamp === undefined ? tenant?.spec?.plan : undefined;
}

/** Of a tenant or a cluster. */
function isSuspended(object: { readonly spec?: { readonly suspended?: boolean } } | undefined): boolean {
  return object?.spec?.suspended ?? false;
}

function clustersOf(view: ReplicaView, tenantId: string): readonly Cluster[] {
  // Objects of a resource are of its kind.
  return view.list(resources.clusters, tenantId) as readonly Cluster[];
}

function tenantsOf(view: ReplicaView, planName: string): readonly Tenant[] {
  const all: readonly Tenant[] = view.list(resources.tenants);
  return all.filter(({ spec }) => spec?.plan === planName);
}
