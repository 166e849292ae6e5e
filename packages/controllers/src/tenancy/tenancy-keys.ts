import type { Plan, Tenant } from '@berth/kinds';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { planKey, platformResources, tenantKey } from './keys.ts';
import { tenantReadBy } from './own-tenant.ts';
import { isTenantBinding } from './tenant-bindings.ts';

const { tenants, plans, clusters } = platformResources;

/** The tenants, plans and clusters whose state follows from what changed. Nothing in a cluster that is not the fleet's own. */
export function tenancyKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource, before, after } = change;
  const object = after ?? before;
  if (!object) return [];
  const { name, namespace = '' } = object.metadata;
  switch (resource) {
    case tenants:
      return tenantKeys(view, { before, after });
    case plans:
      return [planKey(name), ...tenantsOf(view, name).map((tenant) => keyOf(tenants, tenant))];
    case clusters:
      return [tenantKey(namespace), ...(after ? [keyOf(clusters, after)] : [])];
    case 'namespaces':
      return existing(view, name);
    default:
      return existing(view, isTenantBinding(resource, name) ? namespace : tenantReadBy(resource, name));
  }
}

/** The tenant; the plans that it left and took; and its clusters where they stop or go on with it. */
function tenantKeys(
  view: ClusterView,
  { before, after }: { readonly before?: Tenant | undefined; readonly after?: Tenant | undefined },
): readonly ReconcileKey[] {
  const name = (after ?? before)?.metadata.name ?? '';
  const [planBefore, planAfter] = [before?.spec?.plan, after?.spec?.plan];
  const moved = planBefore === planAfter ? [] : [planBefore, planAfter];
  const isStopped = (before?.spec?.suspended ?? false) !== (after?.spec?.suspended ?? false);
  return [
    tenantKey(name),
    ...moved.flatMap((plan) => (plan ? [planKey(plan)] : [])),
    ...(isStopped ? view.list(clusters, name).map((cluster) => keyOf(clusters, cluster)) : []),
  ];
}

function existing(view: ClusterView, tenantName: string | undefined): readonly ReconcileKey[] {
  if (tenantName === undefined) return [];
  const key = tenantKey(tenantName);
  return view.get(key) ? [key] : [];
}

/** The tenants of a plan. */
export function tenantsOf(view: ClusterView, planName: Plan['metadata']['name']): readonly Tenant[] {
  return view.list<Tenant>(tenants).filter(({ spec }) => spec?.plan === planName);
}
