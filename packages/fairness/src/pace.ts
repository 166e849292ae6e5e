import type { TimeSlices } from './time-slices.ts';

/** Keeps one request's long work to slices: ask {@link isDue} between steps, and wait for a {@link turn} when it is. */
export class Pace {
  readonly #slices: TimeSlices;
  readonly #key: string;
  #sinceMs: number;

  /** @param key who takes turns with others: the tenant */
  constructor(slices: TimeSlices, key: string) {
    this.#slices = slices;
    this.#key = key;
    this.#sinceMs = slices.nowMs();
  }

  /** Whether the slice has lasted long enough. */
  isDue(): boolean {
    return this.#slices.isOver(this.#sinceMs);
  }

  /** Whether other tenants are there, so that even a little work should wait for its turn. */
  get isContended(): boolean {
    return this.#slices.isContended();
  }

  /** Lets everybody else go on; a new slice begins when this settles. */
  async turn(): Promise<void> {
    await this.#slices.turn(this.#key);
    this.#sinceMs = this.#slices.nowMs();
  }

  /** What runs now has waited for something else: its slice begins anew. */
  restart(): void {
    this.#sinceMs = this.#slices.nowMs();
  }
}
