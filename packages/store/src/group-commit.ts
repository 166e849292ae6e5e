import { checkStorable } from './encode-batch.ts';
import { HeldValueError, InvalidValueError, StoreClosedError } from './errors.ts';
import type { Outcome, Write } from './types.ts';

/** Commits a batch and says what became of each write. */
export type CommitBatch = (clusterId: string, writes: readonly Write[]) => Promise<readonly Outcome[]>;

interface Waiting {
  readonly write: Write;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds of one commit: beyond, a longer batch saves nothing and only makes everyone wait. */
const maxBatchWrites = 512;
const maxBatchLength = 4_000_000;

/**
 * Group commit: per cluster, writes that arrive while a commit is in flight ride the next one. Different clusters do
 * not wait for each other. A cluster without writes in flight takes no memory.
 */
export class GroupCommit {
  readonly #commit: CommitBatch;
  readonly #clusters = new Map<string, Waiting[]>();
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(commit: CommitBatch) {
    this.#commit = commit;
  }

  write(clusterId: string, write: Write): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new StoreClosedError();
      checkStorable(write);
      const waiting = this.#clusters.get(clusterId);
      if (waiting) {
        waiting.push({ write, resolve, reject });
        return;
      }
      this.#clusters.set(clusterId, [{ write, resolve, reject }]);
      const run = this.#run(clusterId).finally(() => this.#running.delete(run));
      this.#running.add(run);
    });
  }

  /** Refuses new writes and waits for those in flight. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running);
  }

  async #run(clusterId: string): Promise<void> {
    // Requests that this turn of the event loop still brings ride along.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const waiting = this.#clusters.get(clusterId) ?? [];
      if (waiting.length === 0) break;
      await this.#commitBatch(clusterId, waiting.splice(0, batchSize(waiting)));
    }
    this.#clusters.delete(clusterId);
  }

  async #commitBatch(clusterId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#commit(
        clusterId,
        batch.map(({ write }) => write),
      );
      for (const [i, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[i];
        if (outcome) resolve(outcome);
        else reject(new RangeError('a write got no outcome'));
      }
    } catch (error) {
      // A value that the database cannot hold, or another object holds, fails its own write alone. Nothing of the batch
      // was committed.
      const isOfOneWrite = error instanceof InvalidValueError || error instanceof HeldValueError;
      if (isOfOneWrite && batch.length > 1) {
        for (const waiting of batch) await this.#commitBatch(clusterId, [waiting]);
        return;
      }
      if (error instanceof HeldValueError) {
        for (const { resolve } of batch) resolve({ status: 'held', value: error.value });
        return;
      }
      for (const { reject } of batch) reject(error);
    }
  }
}

function batchSize(waiting: readonly Waiting[]): number {
  let length = 0;
  for (const [i, { write }] of waiting.entries()) {
    length += write.body.length;
    if (i === maxBatchWrites || (length > maxBatchLength && i > 0)) return i;
  }
  return waiting.length;
}
