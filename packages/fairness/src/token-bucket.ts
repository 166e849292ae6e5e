/** How many requests somebody may make. */
export interface RequestBudget {
  readonly requestsPerSecond: number;
  /** Requests at once after a time of none. At least 1. */
  readonly burst: number;
}

/**
 * A bucket that holds at most `burst` tokens and gains `requestsPerSecond` of them each second. Begins full. The budget is
 * given with each call, so that a changed plan counts at once.
 */
export class TokenBucket {
  #tokens: number;
  #filledAtMs: number;

  constructor(budget: RequestBudget, nowMs: number) {
    this.#tokens = budget.burst;
    this.#filledAtMs = nowMs;
  }

  /** Takes as many whole tokens as there are, at most `want`. */
  take(want: number, budget: RequestBudget, nowMs: number): number {
    this.#fill(budget, nowMs);
    const taken = Math.min(want, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** Milliseconds until there is a whole token. */
  waitMs({ requestsPerSecond }: RequestBudget): number {
    return Math.max(0, ((1 - this.#tokens) / requestsPerSecond) * 1_000);
  }

  #fill({ requestsPerSecond, burst }: RequestBudget, nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(burst, this.#tokens + (passedMs / 1_000) * requestsPerSecond);
    this.#filledAtMs = nowMs;
  }
}
