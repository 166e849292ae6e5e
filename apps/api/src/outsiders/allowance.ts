import { LRUCache } from 'lru-cache';

/** How much somebody may use: at once, and over time. In any unit. */
export interface AllowanceLimits {
  readonly burst: number;
  readonly perSecond: number;
}

/** What is left of an allowance, and when that was so. A new one is full. */
interface Level {
  left: number;
  atMs: number;
}

/** A leaky allowance for each key, of as many keys as were used last. Times are those of a clock that never goes back. */
export class Allowances {
  readonly #limits: AllowanceLimits;
  readonly #levels: LRUCache<string, Level>;

  constructor(limits: AllowanceLimits & { readonly maxKeys: number }) {
    this.#limits = limits;
    this.#levels = new LRUCache({ max: limits.maxKeys });
  }

  /**
   * Takes an amount, even beyond what is left: who uses a thing knows its price only afterwards.
   *
   * @param amount 0 only asks
   * @returns after how many seconds there is something left again; 0 if there is now
   */
  take(key: string, amount: number, nowMs: number): number {
    const { burst, perSecond } = this.#limits;
    const level = this.#levels.get(key) ?? { left: burst, atMs: nowMs };
    level.left = Math.min(burst, level.left + ((nowMs - level.atMs) / 1_000) * perSecond) - amount;
    level.atMs = nowMs;
    this.#levels.set(key, level);
    return level.left > 0 ? 0 : Math.ceil(-level.left / perSecond) || 1;
  }
}
