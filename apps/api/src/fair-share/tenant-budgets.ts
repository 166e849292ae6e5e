import type { RequestBudget } from '@berth/fairness';
import type { PlanSpec } from '@berth/kinds';
import type { TenantDirectory } from '@berth/tenancy';
import { LRUCache } from 'lru-cache';
import type { FairShareSettings } from './fair-share-settings.ts';

/** What a tenant may use, and who belongs to it. */
export interface TenantBudget {
  readonly tenantId: string;
  readonly requests: RequestBudget;
  readonly inFlight: number;
  readonly watches: number;
  /** Whether an identity of the system cluster is one of the tenant's people. */
  readonly isMember: (username: string, groups: readonly string[]) => boolean;
}

/** The budget of the tenant that a cluster belongs to; undefined for a cluster that does not exist. */
export type BudgetOf = (clusterId: string) => TenantBudget | undefined | Promise<TenantBudget | undefined>;

const rememberedClusters = 5_000;
const freshForMs = 1_000;

interface Remembered {
  readonly budget: TenantBudget;
  readAtMs: number;
  isReading: boolean;
}

/** Reads budgets from the directory. What was read a second ago or longer is used once more while it is read again. */
export function tenantBudgets(tenants: TenantDirectory, settings: FairShareSettings): BudgetOf {
  const known = new LRUCache<string, Remembered>({ max: rememberedClusters });
  const read = async (clusterId: string): Promise<TenantBudget | undefined> => {
    const facts = await tenants.ofCluster(clusterId);
    if (facts === undefined) {
      known.delete(clusterId);
      return undefined;
    }
    const { tenantId, plan, roleOf } = facts;
    const budget = {
      tenantId,
      ...limitsOf(plan, settings),
      isMember: (username: string, groups: readonly string[]) => roleOf(username, groups) !== undefined,
    };
    known.set(clusterId, { budget, readAtMs: performance.now(), isReading: false });
    return budget;
  };
  return (clusterId) => {
    const found = known.get(clusterId);
    if (found === undefined) return read(clusterId);
    if (!found.isReading && performance.now() - found.readAtMs >= freshForMs) {
      found.isReading = true;
      // The database cannot be asked now: what was known still counts, and the next request tries again.
      read(clusterId).catch(() => {
        found.isReading = false;
      });
    }
    return found.budget;
  };
}

function limitsOf(plan: PlanSpec, settings: FairShareSettings) {
  const { requestsPerSecond = settings.requestsPerSecond, inFlight, watches } = plan;
  const burst = plan.requestBurst ?? plan.requestsPerSecond ?? settings.requestBurst;
  return {
    requests: { requestsPerSecond, burst: Math.max(1, burst) },
    inFlight: inFlight ?? settings.inFlight,
    watches: watches ?? settings.watches,
  };
}
