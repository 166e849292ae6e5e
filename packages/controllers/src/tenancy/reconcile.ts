import { type Cluster, clusterStatus, type Plan, type Tenant } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { Action, ClusterView, Reconciler } from '../reconciler.ts';
import { platformResources, tenantKey } from './keys.ts';
import { reconcileTenant } from './reconcile-tenant.ts';
import { tenancyKeys, tenantsOf } from './tenancy-keys.ts';

/** Tenants, plans and clusters, which are objects of the system cluster. */
export const tenancyController: Reconciler = {
  name: 'tenancy-controller',
  keysOf: tenancyKeys,
  reconcile: (key, view, { now }) => {
    const object = view.get(key);
    if (!object) return [];
    if (key.resource === platformResources.tenants) return reconcileTenant(object, view, now);
    return key.resource === platformResources.plans
      ? tellTenants(object, view)
      : tellCluster(object as Cluster, view, now);
  },
};

function tellTenants(plan: Plan, view: ClusterView): readonly Action[] {
  const tenants = tenantsOf(view, plan.metadata.name).length;
  if ((plan.status?.tenants ?? 0) === tenants) return [];
  const object: Plan = { ...plan, status: { ...plan.status, tenants } };
  return [{ type: 'updateStatus', object }];
}

function tellCluster(cluster: Cluster, view: ClusterView, now: Date): readonly Action[] {
  const tenant = view.get<Tenant>(tenantKey(cluster.metadata.namespace ?? ''));
  const status = clusterStatus(cluster, { isTenantSuspended: tenant?.spec?.suspended ?? false, now });
  return semanticEqual(status, cluster.status)
    ? []
    : [{ type: 'updateStatus', object: { ...cluster, status } }];
}
