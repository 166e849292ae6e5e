import { CompactedError } from '../errors.ts';
import type { Change } from '../types.ts';
import { ChangeWindow } from './change-window.ts';

/** Where a feed reads from. */
export interface FeedSource {
  /** @throws ClusterMissingError */
  head(clusterId: string): Promise<number>;
  /** Changes after a revision, at most so many. @throws CompactedError */
  changes(clusterId: string, after: number, limit: number): Promise<readonly Change[]>;
}

const changesPerRead = 500;

/**
 * The one reader that all followers of a cluster in this process share. What it reads goes into a window, which they all
 * take from; one that is further back reads the database, together with others at the same revision.
 */
export class ClusterFeed {
  readonly #clusterId: string;
  readonly #source: FeedSource;
  readonly #waiting = new Set<() => void>();
  readonly #pastReads = new Map<number, Promise<readonly Change[]>>();
  #window: ChangeWindow | undefined;
  #opening: Promise<void> | undefined;
  #isReading = false;
  #wanted = 0;
  #failure: Error | undefined;

  constructor(clusterId: string, source: FeedSource) {
    this.#clusterId = clusterId;
    this.#source = source;
  }

  /** The revision up to which it has read; undefined before it has read anything. */
  get revision(): number | undefined {
    return this.#window?.end;
  }

  /** Finds the log's end, which is where the window begins. */
  async open(): Promise<void> {
    this.#opening ??= this.#source.head(this.#clusterId).then((head) => {
      this.#window = new ChangeWindow(head);
      this.advanceTo(head);
    });
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  /** The log has reached this revision: reads up to there, and wakes the followers. Failures are left to the next poll. */
  advanceTo(revision: number): void {
    this.#wanted = Math.max(this.#wanted, revision);
    if (this.#window && !this.#isReading) void this.#read(this.#window);
  }

  /** Ends all followers with an error. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wakeAll();
  }

  #wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** What is kept after the revision; undefined if it is not kept. */
  kept(after: number): readonly Change[] | undefined {
    return this.#window?.after(after);
  }

  /** The next changes after the revision; none if there are none yet. @throws CompactedError, ClusterMissingError */
  async next(after: number): Promise<readonly Change[]> {
    if (this.#failure) throw this.#failure;
    return this.kept(after) ?? this.#readPast(after);
  }

  /** Resolves at the next wake, or at once if there is something after the revision. */
  wait(after: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#failure || (this.revision ?? 0) > after) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }

  async #read(window: ChangeWindow): Promise<void> {
    this.#isReading = true;
    try {
      while (window.end < this.#wanted) {
        const wanted = this.#wanted;
        const changes = await this.#source.changes(this.#clusterId, window.end, changesPerRead);
        // A hint of what is not there; unless another one came, the next poll knows better.
        if (changes.length === 0 && wanted === this.#wanted) this.#wanted = window.end;
        window.append(changes);
        this.#wakeAll();
      }
    } catch (error) {
      // Behind retention: followers find out about their own revision by reading the database.
      if (error instanceof CompactedError) this.#window = new ChangeWindow(this.#wanted);
      this.#wakeAll();
    } finally {
      this.#isReading = false;
    }
  }

  #readPast(after: number): Promise<readonly Change[]> {
    let read = this.#pastReads.get(after);
    if (!read) {
      read = this.#source
        .changes(this.#clusterId, after, changesPerRead)
        .finally(() => this.#pastReads.delete(after));
      this.#pastReads.set(after, read);
    }
    return read;
  }
}
