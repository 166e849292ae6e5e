import type { Seat, SeatRefusal, SeatRequest } from './seat-request.ts';
import { type TenantLimits, TenantSeats, type WaitingRequest } from './tenant-seats.ts';

export interface SeatDispatcherOptions {
  /** Seats of the process. */
  readonly totalSeats: number;
  /** Seats of all tenants together while more than one is there. */
  readonly contendedSeats: number;
  /** What a tenant may use however many there are. */
  readonly leastSeats: number;
  /** Requests of one tenant that may wait. */
  readonly waitingPerTenant: number;
  readonly waitMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
  /** Runs something later. */
  readonly after: (ms: number, run: () => void) => void;
}

/** The widest request takes this part of its tenant's seats, so that it need not wait until all others have ended. */
const widestPart = 0.25;
/** So long after its last request a tenant still counts as there. */
const lingersMs = 500;
/**
 * While there are several tenants, one that has more to ask than it has seats has so many requests at work at a time, on average: a thread that
 * is busy for half of the time already doubles the wait of everybody else, and what a request leaves behind (a turn, news for watchers, the reports of nodes)
 * takes some of it, too.
 */
const atWork = 0.25;
/** Several of them share that, but none gets less: where everybody wants more, the thread is to be busy. */
const leastAtWork = 0.125;
const longestRestMs = 5_000;

/**
 * Hands out the seats of one process. A request gets a seat at once while its priority level, its tenant and the process
 * have some; else it waits, is chosen fairly, or is refused.
 *
 * One tenant alone may use all the seats that its budget gives it. As soon as there are others, each is held to its part
 * of a much smaller number: a process has one thread, and what one tenant has under way is what the next request of another
 * one waits for. The seats of a tenant that asks for more than its part rest after each use, so that the machine is not always busy when
 * another one comes. Holds nothing of tenants that ask for nothing.
 */
export class SeatDispatcher {
  readonly #options: SeatDispatcherOptions;
  readonly #tenants = new Map<string, TenantSeats>();
  /** Those with requests that wait, in the order in which their turn comes. */
  readonly #waiting = new Set<TenantSeats>();
  #used = 0;
  /** Somebody waits because the process has no room. */
  #isFull = false;

  constructor(options: SeatDispatcherOptions) {
    this.#options = options;
  }

  /** Tenants that have requests or had some a moment ago. */
  get tenants(): number {
    return this.#tenants.size;
  }

  get usedSeats(): number {
    return this.#used;
  }

  /** A seat now or later, or why there is none. Does not wait where it need not: then nothing is allocated but the seat. */
  acquire(asked: SeatRequest): Seat | SeatRefusal | Promise<Seat | SeatRefusal> {
    const tenant = this.#tenantOf(asked);
    const limits = this.#limitsOf(tenant, asked.tenantSeats);
    const widest = Math.max(1, Math.ceil(limits.total * widestPart));
    const request = asked.seats > widest ? { ...asked, seats: widest } : asked;
    if (this.#hasRoom(request.seats) && tenant.canStart(request, limits)) {
      tenant.start(request);
      return this.#seat(tenant, request);
    }
    const refusal = tenant.refusal(request, limits);
    if (refusal !== undefined) return refusal;
    return new Promise((resolve) => {
      const isQueued = tenant.enqueue({ request, sinceMs: this.#options.nowMs(), settle: resolve });
      if (isQueued) this.#waiting.add(tenant);
      else resolve('queue-full');
    });
  }

  /** Refuses what has waited for too long, and forgets the tenants that are gone. To be called now and then. */
  sweep(): void {
    const nowMs = this.#options.nowMs();
    for (const tenant of this.#waiting) {
      for (const { settle, request } of tenant.removeWaiting(
        (each) => each.request.isGone() || nowMs - each.sinceMs >= this.#options.waitMs,
      )) {
        settle(request.isGone() ? 'gone' : 'time-out');
      }
      if (tenant.waiting === 0) this.#waiting.delete(tenant);
    }
    for (const [id, tenant] of this.#tenants) {
      if (tenant.isIdle && nowMs - tenant.lastUsedMs >= lingersMs) this.#tenants.delete(id);
    }
    this.#serveAll();
  }

  #tenantOf({ tenantId }: SeatRequest): TenantSeats {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant = new TenantSeats(this.#options.waitingPerTenant);
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }

  #limitsOf(tenant: TenantSeats, budgetSeats: number): TenantLimits {
    const { size } = this.#tenants;
    const { contendedSeats, leastSeats } = this.#options;
    const fairSeats = size > 1 ? Math.max(leastSeats, Math.floor(contendedSeats / size)) : budgetSeats;
    tenant.limits.total = Math.min(budgetSeats, fairSeats);
    return tenant.limits;
  }

  #hasRoom(seats: number): boolean {
    if (this.#used === 0 || this.#used + seats <= this.#options.totalSeats) return true;
    this.#isFull = true;
    return false;
  }

  #seat(tenant: TenantSeats, request: SeatRequest, queue?: number): Seat {
    this.#used += request.seats;
    const sinceMs = this.#options.nowMs();
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        const free = (): void => this.#free(tenant, request, queue);
        const restMs = this.#restMs(tenant, request.seats, this.#options.nowMs() - sinceMs);
        if (restMs > 0) this.#options.after(restMs, free);
        else free();
      },
    };
  }

  /** How long a seat stays taken after its use, so that the tenant's seats together are at work no more than they should. */
  #restMs(tenant: TenantSeats, seats: number, usedMs: number): number {
    if (this.#tenants.size <= 1 || tenant.waiting === 0) return 0;
    const share = Math.max(leastAtWork, atWork / Math.max(1, this.#waiting.size));
    const perUse = tenant.limits.total / seats / share - 1;
    return Math.min(longestRestMs, Math.max(0, usedMs * perUse));
  }

  #free(tenant: TenantSeats, request: SeatRequest, queue: number | undefined): void {
    this.#used -= request.seats;
    tenant.end(request, queue);
    tenant.lastUsedMs = this.#options.nowMs();
    if (this.#waiting.size === 0) return;
    // Others wait for seats of their own, unless the process was full.
    if (!this.#isFull) {
      this.#serve(tenant, Number.POSITIVE_INFINITY);
      return;
    }
    this.#isFull = false;
    this.#serveAll();
  }

  /** One request of each tenant in turn, until nobody can go on. */
  #serveAll(): void {
    for (let hasServed = true; hasServed && this.#waiting.size > 0; ) {
      hasServed = false;
      for (const tenant of this.#waiting) hasServed = this.#serve(tenant, 1) || hasServed;
    }
  }

  #serve(tenant: TenantSeats, most: number): boolean {
    let served = 0;
    while (served < most && tenant.waiting > 0) {
      const next = tenant.takeNext((waiting) => this.#mayStart(tenant, waiting));
      if (next === undefined) break;
      const { waiting, queue } = next;
      served++;
      if (waiting.request.isGone()) {
        tenant.end(waiting.request, queue);
        waiting.settle('gone');
      } else waiting.settle(this.#seat(tenant, waiting.request, queue));
    }
    if (tenant.waiting === 0) this.#waiting.delete(tenant);
    else if (served > 0) {
      // To the end of the line.
      this.#waiting.delete(tenant);
      this.#waiting.add(tenant);
    }
    return served > 0;
  }

  #mayStart(tenant: TenantSeats, { request }: WaitingRequest): boolean {
    if (!this.#hasRoom(request.seats)) return false;
    return tenant.fits(request, this.#limitsOf(tenant, request.tenantSeats));
  }
}
