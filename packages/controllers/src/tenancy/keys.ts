import type { ReconcileKey } from '../reconciler.ts';

/** The fleet's own resources, which the system cluster alone has. */
export const platformResources = {
  tenants: 'tenants.platform.berth.dev',
  plans: 'plans.platform.berth.dev',
  clusters: 'clusters.platform.berth.dev',
} as const;

export function tenantKey(name: string): ReconcileKey {
  return { resource: platformResources.tenants, namespace: '', name };
}

export function planKey(name: string): ReconcileKey {
  return { resource: platformResources.plans, namespace: '', name };
}
