import {
  type Cluster,
  type ConditionState,
  type Plan,
  planCounters,
  type Tenant,
  tenantFinalizer,
  withConditions,
} from '@berth/kinds';
import { type KubeObject, semanticEqual } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';
import { planKey, platformResources, tenantKey } from './keys.ts';
import { ensureOwnTenantRead } from './own-tenant.ts';
import { ensureBindings } from './tenant-bindings.ts';

/** A tenant's namespace, the rights of its people there, and its status. */
export function reconcileTenant(tenant: Tenant, view: ClusterView, now: Date): readonly Action[] {
  return tenant.metadata.deletionTimestamp === undefined
    ? keepTenant(tenant, view, now)
    : endTenant(tenant, view, now);
}

function keepTenant(tenant: Tenant, view: ClusterView, now: Date): readonly Action[] {
  const { name } = tenant.metadata;
  const namespace = namespaceOf(view, name);
  const actions: Action[] = [];
  if (!namespace) {
    actions.push({ type: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
  } else if (namespace.metadata.deletionTimestamp === undefined) {
    actions.push(...ensureBindings(tenant, view), ...ensureOwnTenantRead(tenant, view));
  }
  return [...actions, ...tellStatus(tenant, view, { now, state: readyState(tenant, view) })];
}

/** Its namespace goes first, with its clusters in it; as long as one of them is protected, none of them goes. */
function endTenant(tenant: Tenant, view: ClusterView, now: Date): readonly Action[] {
  const { name, uid = '' } = tenant.metadata;
  const clusters = view.list<Cluster>(platformResources.clusters, name);
  const isProtected = clusters
    .filter(({ spec }) => spec.deletionProtection)
    .map(({ metadata }) => metadata.name);
  const namespace = namespaceOf(view, name);
  if (isProtected.length > 0) {
    const message = `Protected against deletion: ${isProtected.join(', ')}.`;
    const state = { type: 'Ready', isTrue: false, reason: 'DeletionProtected', message };
    return tellStatus(tenant, view, { now, state });
  }
  if (!namespace) return [{ type: 'finalize', key: tenantKey(name), uid, finalizer: tenantFinalizer }];
  const message = `${clusters.length} clusters are being removed.`;
  const told = tellStatus(tenant, view, {
    now,
    state: { type: 'Ready', isTrue: false, reason: 'Deleting', message },
  });
  if (namespace.metadata.deletionTimestamp !== undefined) return told;
  const key = { resource: 'namespaces', namespace: '', name };
  return [...told, { type: 'delete', key, uid: namespace.metadata.uid ?? '' }];
}

function tellStatus(
  tenant: Tenant,
  view: ClusterView,
  { now, state }: { readonly now: Date; readonly state: ConditionState },
): readonly Action[] {
  const { name, generation } = tenant.metadata;
  const plan = planOf(tenant, view);
  const { hard: _hard, ...kept } = tenant.status ?? {};
  const hard = plan && planCounters(plan.spec ?? {});
  const status: Tenant['status'] = {
    ...kept,
    clusters: view.list(platformResources.clusters, name).length,
    ...(hard && Object.keys(hard).length > 0 && { hard }),
    conditions: withConditions(kept.conditions ?? [], [state, suspendedState(tenant)], {
      now,
      observedGeneration: generation,
    }),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
  const object: Tenant = { ...tenant, status };
  return semanticEqual(status, tenant.status) ? [] : [{ type: 'updateStatus', object }];
}

function readyState(tenant: Tenant, view: ClusterView): ConditionState {
  const type = 'Ready';
  const planName = tenant.spec?.plan;
  if (tenant.spec?.suspended) {
    return { type, isTrue: false, reason: 'TenantSuspended', message: 'The tenant is suspended.' };
  }
  return planName && !planOf(tenant, view)
    ? {
        type,
        isTrue: false,
        reason: 'PlanNotFound',
        message: `There is no plan "${planName}"; nothing is limited.`,
      }
    : { type, isTrue: true, reason: 'TenantReady', message: 'The tenant can have clusters.' };
}

function suspendedState({ spec }: Tenant): ConditionState {
  const type = 'Suspended';
  return spec?.suspended
    ? {
        type,
        isTrue: true,
        reason: 'TenantSuspended',
        message: 'In none of its clusters anything is written or runs until spec.suspended is false.',
      }
    : { type, isTrue: false, reason: 'Running', message: 'Its clusters run.' };
}

function planOf({ spec }: Tenant, view: ClusterView): Plan | undefined {
  return spec?.plan ? view.get<Plan>(planKey(spec.plan)) : undefined;
}

function namespaceOf(view: ClusterView, name: string): KubeObject | undefined {
  return view.get({ resource: 'namespaces', namespace: '', name });
}
