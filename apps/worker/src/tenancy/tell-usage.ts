import { systemClusterId } from '@berth/auth';
import {
  beforeUpdateStatus,
  type ConditionState,
  type KindRegistry,
  type Tenant,
  withConditions,
} from '@berth/kinds';
import { compareQuantities } from '@berth/machinery';
import type { Store, TenantUsage } from '@berth/store';
import type { Logger } from 'pino';
import { readSystemObject, replacementOf } from './system-objects.ts';

export interface UsageTelling {
  readonly store: Store;
  /** The system cluster's kinds. */
  readonly registry: KindRegistry;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Writes what tenants use of their plans into their status. */
export interface UsageTeller {
  /** Of those whose usage changed since this worker last looked; the first look compares with what the status says. */
  look(): Promise<void>;
}

export function usageTeller(parts: UsageTelling): UsageTeller {
  const { store, registry, log, now } = parts;
  let told: ReadonlyMap<string, string> = new Map();

  const tell = async (tenantId: string, usage: readonly TenantUsage[]): Promise<boolean> => {
    const key = { resource: 'tenants.platform.berth.dev', namespace: '', name: tenantId };
    const found = await readSystemObject({ store, registry }, key);
    if (!found) return true;
    const next = withUsage(found.object, usage, now());
    const mutation = beforeUpdateStatus(found.definition, found.object, next);
    if (mutation.effect === 'unchanged') return true;
    const outcome = await store.cluster(systemClusterId).write(replacementOf(found, mutation));
    if (outcome.status !== 'applied')
      log.debug({ tenant: tenantId, outcome }, 'a tenant changed meanwhile; again');
    return outcome.status === 'applied';
  };

  return {
    async look() {
      const next = new Map<string, string>();
      for (const { tenantId, usage } of await store.tenantLimits.usageOfAll()) {
        const seen = JSON.stringify(usage);
        if (told.get(tenantId) === seen || (await tell(tenantId, usage))) next.set(tenantId, seen);
      }
      told = next;
    },
  };
}

function withUsage(tenant: Tenant, usage: readonly TenantUsage[], now: Date): Tenant {
  const exceeded = usage.filter(({ hard, used }) => compareQuantities(used, hard) > 0);
  const status: Tenant['status'] = {
    ...tenant.status,
    used: Object.fromEntries(usage.map(({ resource, used }) => [resource, used])),
    conditions: withConditions(tenant.status?.conditions ?? [], [exceededState(exceeded)], {
      now,
      observedGeneration: tenant.metadata.generation,
    }),
  };
  return { ...tenant, status };
}

function exceededState(exceeded: readonly TenantUsage[]): ConditionState {
  const type = 'PlanExceeded';
  if (exceeded.length === 0) {
    return { type, isTrue: false, reason: 'WithinPlan', message: 'The plan has room for what is used.' };
  }
  const told = exceeded.map(({ resource, hard, used }) => `${resource} ${used} of ${hard}`);
  return {
    type,
    isTrue: true,
    reason: 'LimitExceeded',
    message: `More is used than the plan allows; nothing is taken away, and nothing added: ${told.join(', ')}.`,
  };
}
