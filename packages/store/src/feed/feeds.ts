import { setTimeout as delay } from 'node:timers/promises';
import { ClusterMissingError, StoreUnavailableError } from '../errors.ts';
import type { Change } from '../types.ts';
import { ClusterFeed, type FeedSource } from './cluster-feed.ts';

export interface FeedsSource extends FeedSource {
  /** The newest revisions of those clusters that exist. */
  heads(clusterIds: Iterable<string>): Promise<ReadonlyMap<string, { readonly revision: number }>>;
}

interface Followed {
  readonly feed: ClusterFeed;
  followers: number;
}

/**
 * All feeds of a process. One poll a second asks for the heads of all followed clusters at once; hints make it faster.
 * Nothing runs while nobody follows.
 */
export class Feeds {
  readonly #source: FeedsSource;
  readonly #pollIntervalMs: number;
  readonly #followed = new Map<string, Followed>();
  readonly #closing = new AbortController();
  #poller: NodeJS.Timeout | undefined;
  #isPolling = false;

  constructor(source: FeedsSource, options: { readonly pollIntervalMs: number }) {
    this.#source = source;
    this.#pollIntervalMs = options.pollIntervalMs;
  }

  /** The log has reached a revision, as a hint or a commit of this process says. */
  hint(clusterId: string, revision: number): void {
    this.#followed.get(clusterId)?.feed.advanceTo(revision);
  }

  /** Changes that are kept for followers; undefined if none are kept that far back. */
  kept(clusterId: string, after: number): readonly Change[] | undefined {
    return this.#followed.get(clusterId)?.feed.kept(after);
  }

  async *follow(clusterId: string, after: number, signal: AbortSignal): AsyncGenerator<readonly Change[]> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const followed = this.#enter(clusterId);
    let position = after;
    try {
      while (!ended.aborted) {
        const changes = await this.#next(followed.feed, position, ended);
        const last = changes.at(-1);
        if (last) {
          yield changes;
          position = last.revision;
        }
      }
    } finally {
      this.#leave(clusterId, followed);
    }
  }

  /** Ends all followers. */
  close(): void {
    this.#closing.abort();
  }

  /** Changes after the position, waited for; none when it is time to look again. */
  async #next(feed: ClusterFeed, position: number, ended: AbortSignal): Promise<readonly Change[]> {
    try {
      await feed.open();
      const changes = await feed.next(position);
      if (changes.length === 0) await feed.wait(position, ended);
      return changes;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      // It comes back, or the follower is ended.
      await delay(this.#pollIntervalMs, undefined, { signal: ended }).catch(() => undefined);
      return [];
    }
  }

  #enter(clusterId: string): Followed {
    let followed = this.#followed.get(clusterId);
    if (!followed) {
      followed = { feed: new ClusterFeed(clusterId, this.#source), followers: 0 };
      this.#followed.set(clusterId, followed);
    }
    followed.followers++;
    this.#poller ??= setInterval(() => void this.#poll(), this.#pollIntervalMs).unref();
    return followed;
  }

  #leave(clusterId: string, followed: Followed): void {
    followed.followers--;
    if (followed.followers === 0 && this.#followed.get(clusterId) === followed)
      this.#followed.delete(clusterId);
    if (this.#followed.size === 0) {
      clearInterval(this.#poller);
      this.#poller = undefined;
    }
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      const clusterIds = [...this.#followed.keys()];
      const heads = await this.#source.heads(clusterIds);
      for (const clusterId of clusterIds) this.#polled(clusterId, heads.get(clusterId)?.revision);
    } catch {
      // The database is away. Followers wait; those who read or write are told.
    } finally {
      this.#isPolling = false;
    }
  }

  #polled(clusterId: string, head: number | undefined): void {
    const followed = this.#followed.get(clusterId);
    if (!followed || followed.feed.revision === undefined) return;
    if (head !== undefined) {
      followed.feed.advanceTo(head);
      return;
    }
    this.#followed.delete(clusterId);
    followed.feed.fail(new ClusterMissingError(clusterId));
  }
}
