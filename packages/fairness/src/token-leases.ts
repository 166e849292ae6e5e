import { type RequestBudget, TokenBucket } from './token-bucket.ts';

/** Tokens that were handed out, and how long to wait where there were none. */
export interface LeasedTokens {
  readonly tokens: number;
  /** Milliseconds until there is another one; meaningful where `tokens` is 0. */
  readonly waitMs: number;
}

/** Where the tokens of all processes come from. */
export interface TokenSource {
  /** Takes up to `want` tokens of a tenant. @throws when it cannot be reached */
  lease(tenantId: string, want: number, budget: RequestBudget): Promise<LeasedTokens>;
  /** Gives back what was not used. Best effort; never throws. */
  giveBack(tenantId: string, tokens: number, budget: RequestBudget): void;
}

export interface TokenLeasesOptions {
  readonly source: TokenSource;
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
}

/** A batch is what the budget gains in this time, so that what lies unused in a process is little. */
const batchMs = 100;
const largestBatch = 500;
/** So soon the source is asked again after it had none. */
const shortestRefusalMs = 10;
/** Unused tokens go back after this time. */
const keepsUnusedMs = 1_000;

interface TenantTokens {
  tokens: number;
  budget: RequestBudget;
  usedAtMs: number;
  /** Until then there are none to be had. */
  emptyUntilMs: number;
  leasing: Promise<void> | undefined;
  /** Stands in while the source cannot be reached. */
  local: TokenBucket | undefined;
}

/**
 * Budgets of requests, kept together by all processes. Each process leases tokens from the source in batches and
 * spends them by itself: a request waits only when the process has none left, and asks for the next batch when the last one is half
 * spent. Without the source each process has a bucket of its own per tenant, of the whole budget, until the source is back.
 */
export class TokenLeases {
  readonly #source: TokenSource;
  readonly #nowMs: () => number;
  readonly #tenants = new Map<string, TenantTokens>();

  constructor({ source, nowMs }: TokenLeasesOptions) {
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /**
   * Spends a token of the tenant. 0 if it had one, else the milliseconds after which there may be one again; a promise
   * where the process has to ask first.
   */
  spend(tenantId: string, budget: RequestBudget): number | Promise<number> {
    const nowMs = this.#nowMs();
    const tenant = this.#tenantOf(tenantId, budget, nowMs);
    if (tenant.tokens > 0) {
      tenant.tokens--;
      if (tenant.tokens < batchOf(budget) / 2) void this.#lease(tenantId, tenant);
      return 0;
    }
    if (nowMs < tenant.emptyUntilMs) return tenant.emptyUntilMs - nowMs;
    return this.#spendNext(tenantId, tenant);
  }

  /** Gives back what lies unused, and forgets tenants that ask for nothing. To be called now and then. */
  sweep(): void {
    const nowMs = this.#nowMs();
    for (const [tenantId, tenant] of this.#tenants) {
      if (tenant.leasing !== undefined || nowMs - tenant.usedAtMs < keepsUnusedMs) continue;
      if (tenant.tokens > 0 && tenant.local === undefined) {
        this.#source.giveBack(tenantId, tenant.tokens, tenant.budget);
      }
      this.#tenants.delete(tenantId);
    }
  }

  #tenantOf(tenantId: string, budget: RequestBudget, nowMs: number): TenantTokens {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) {
      known.budget = budget;
      known.usedAtMs = nowMs;
      return known;
    }
    const tenant: TenantTokens = {
      tokens: 0,
      budget,
      usedAtMs: nowMs,
      emptyUntilMs: 0,
      leasing: undefined,
      local: undefined,
    };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }

  async #spendNext(tenantId: string, tenant: TenantTokens): Promise<number> {
    // Of many that wait for one batch, those who come too late ask for the next.
    while (tenant.tokens === 0) {
      const nowMs = this.#nowMs();
      if (nowMs < tenant.emptyUntilMs) return tenant.emptyUntilMs - nowMs;
      await this.#lease(tenantId, tenant);
    }
    tenant.tokens--;
    return 0;
  }

  #lease(tenantId: string, tenant: TenantTokens): Promise<void> {
    tenant.leasing ??= this.#leased(tenantId, tenant).finally(() => {
      tenant.leasing = undefined;
    });
    return tenant.leasing;
  }

  async #leased(tenantId: string, tenant: TenantTokens): Promise<void> {
    if (this.#nowMs() < tenant.emptyUntilMs) return;
    const { budget } = tenant;
    const want = batchOf(budget);
    let leased: LeasedTokens;
    try {
      leased = await this.#source.lease(tenantId, want, budget);
      tenant.local = undefined;
    } catch {
      leased = this.#leasedLocally(tenant, want);
    }
    tenant.tokens += leased.tokens;
    if (leased.tokens > 0) return;
    tenant.emptyUntilMs = this.#nowMs() + Math.max(shortestRefusalMs, leased.waitMs);
  }

  #leasedLocally(tenant: TenantTokens, want: number): LeasedTokens {
    const nowMs = this.#nowMs();
    tenant.local ??= new TokenBucket(tenant.budget, nowMs);
    const tokens = tenant.local.take(want, tenant.budget, nowMs);
    return { tokens, waitMs: tenant.local.waitMs(tenant.budget) };
  }
}

function batchOf({ requestsPerSecond, burst }: RequestBudget): number {
  const gained = Math.ceil((requestsPerSecond * batchMs) / 1_000);
  return Math.max(1, Math.min(gained, burst, largestBatch));
}
