import { setTimeout as delay } from 'node:timers/promises';
import type { AuditRecord, Store } from '@berth/store';
import type { Logger } from 'pino';

export type QueuedRecord = Parameters<Store['audit']['append']>[0][number];

const maxQueued = 10_000;
const maxBatch = 500;
/** How long records gather before they are written. */
const gatherMs = 20;
const firstRetryMs = 100;
const longestRetryMs = 5_000;
const closeTimeoutMs = 5_000;

/**
 * Records that nobody waits for: of refused requests, and of reads where a policy wants them. They are written in batches, a
 * moment later. While the database is away they wait, as many as there is room for; what is lost is counted and told.
 */
export class AuditQueue {
  readonly #audit: Pick<Store['audit'], 'append'>;
  readonly #log: Logger;
  #waiting: QueuedRecord[] = [];
  #lost = 0;
  #running: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(audit: Pick<Store['audit'], 'append'>, log: Logger) {
    this.#audit = audit;
    this.#log = log;
  }

  /** Never throws and never waits. */
  add(record: AuditRecord & { readonly clusterId: string; readonly at: Date }): void {
    if (this.#waiting.length >= maxQueued) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(record);
    this.#running ??= this.#run();
  }

  /** Writes what waits, as far as the database takes it soon. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.race([this.#running, delay(closeTimeoutMs, undefined, { ref: false })]);
    this.#tellLost(this.#waiting.length);
  }

  async #run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (this.#waiting.length > 0) {
      if (!this.#closing.signal.aborted) await this.#pause(gatherMs);
      const batch = this.#waiting.slice(0, maxBatch);
      try {
        await this.#audit.append(batch);
        this.#waiting = this.#waiting.slice(batch.length);
        retryMs = firstRetryMs;
        this.#tellLost(0);
      } catch (err) {
        if (this.#closing.signal.aborted) break;
        this.#log.warn({ err, waiting: this.#waiting.length }, 'audit records cannot be written; they wait');
        await this.#pause(retryMs);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    }
    this.#running = undefined;
  }

  async #pause(timeMs: number): Promise<void> {
    await delay(timeMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  #tellLost(more: number): void {
    const lost = this.#lost + more;
    if (lost > 0) this.#log.error({ lost }, 'audit records of requests that changed nothing were lost');
    this.#lost = 0;
  }
}
