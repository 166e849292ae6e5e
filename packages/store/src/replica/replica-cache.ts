import { CompactedError } from '../errors.ts';
import type { Replica } from '../store.ts';
import type { Change, StoredObject } from '../types.ts';
import { ByteAccount } from './byte-account.ts';
import { Fold } from './fold.ts';

/** What a replica is made of. */
export interface ReplicaSource {
  /** @throws ClusterMissingError */
  head(clusterId: string): Promise<number>;
  /** Changes after a revision, at most so many. @throws CompactedError */
  changes(clusterId: string, after: number, limit: number): Promise<readonly Change[]>;
  /** Hands over all objects as of one revision, which it returns. */
  snapshot(clusterId: string, visit: (object: StoredObject) => void): Promise<number>;
}

interface Held {
  fold: Fold;
  /** By the process's monotonic clock. */
  usedAtMs: number;
  readonly account: ByteAccount;
}

export interface ReplicaLimits {
  /** For all replicas together. */
  readonly budgetBytes: number;
  /** A replica that nobody asked for in this time goes. */
  readonly idleMs: number;
}

const changesPerRead = 1_000;
/** Further behind than this, loading anew is cheaper than catching up. */
const maxLag = 20_000;

/**
 * The replicas of a process. They are brought forward when someone asks. The least recently used ones go when all of
 * them together exceed the budget, and each goes after a while without use, so that an idle cluster takes nothing; the one
 * in use stays even if it exceeds the budget alone.
 */
export class ReplicaCache {
  readonly #source: ReplicaSource;
  readonly #limits: ReplicaLimits;
  readonly #total = new ByteAccount();
  /** In order of use. */
  readonly #held = new Map<string, Held>();
  readonly #loading = new Map<string, Promise<Fold>>();
  /** Runs while there is something to drop. */
  #sweeper: NodeJS.Timeout | undefined;

  constructor(source: ReplicaSource, limits: ReplicaLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** The bytes of all replicas together. */
  get bytes(): number {
    return this.#total.bytes;
  }

  warm(clusterId: string): Replica | undefined {
    return this.#held.get(clusterId)?.fold;
  }

  /** As new as every write that was acknowledged before the call. @throws ClusterMissingError */
  async replica(clusterId: string): Promise<Replica> {
    const head = await this.#source.head(clusterId);
    for (;;) {
      const held = this.#held.get(clusterId);
      if (held && held.fold.revision >= head) {
        this.#touch(clusterId, held);
        return held.fold;
      }
      await this.#shared(clusterId, head);
    }
  }

  drop(clusterId: string): void {
    this.#held.get(clusterId)?.account.close();
    this.#held.delete(clusterId);
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const clusterId of this.#held.keys()) this.drop(clusterId);
  }

  /** Callers that come while a replica is brought forward share that, and look again whether it was enough. */
  #shared(clusterId: string, head: number): Promise<Fold> {
    const loading = this.#loading.get(clusterId);
    if (loading) return loading;
    const started = this.#bringForward(clusterId, head).finally(() => this.#loading.delete(clusterId));
    this.#loading.set(clusterId, started);
    return started;
  }

  async #bringForward(clusterId: string, head: number): Promise<Fold> {
    const held = this.#held.get(clusterId);
    if (held && head - held.fold.revision <= maxLag) {
      try {
        while (held.fold.revision < head) {
          const changes = await this.#source.changes(clusterId, held.fold.revision, changesPerRead);
          if (changes.length === 0) break;
          held.fold = held.fold.advanced(changes);
        }
        if (held.fold.revision >= head) return held.fold;
      } catch (error) {
        if (!(error instanceof CompactedError)) throw error;
      }
    }
    return this.#load(clusterId);
  }

  async #load(clusterId: string): Promise<Fold> {
    this.drop(clusterId);
    const objects: StoredObject[] = [];
    const revision = await this.#source.snapshot(clusterId, (object) => objects.push(object));
    const account = new ByteAccount(this.#total);
    const held = { fold: Fold.of(revision, objects, account), account, usedAtMs: performance.now() };
    this.#held.set(clusterId, held);
    this.#sweeper ??= setInterval(() => this.#dropIdle(), this.#limits.idleMs / 2).unref();
    return held.fold;
  }

  #touch(clusterId: string, held: Held): void {
    held.usedAtMs = performance.now();
    this.#held.delete(clusterId);
    this.#held.set(clusterId, held);
    for (const oldest of this.#held.keys()) {
      if (this.#total.bytes <= this.#limits.budgetBytes || oldest === clusterId) break;
      this.drop(oldest);
    }
  }
  #dropIdle(): void {
    const before = performance.now() - this.#limits.idleMs;
    for (const [clusterId, held] of this.#held) {
      if (held.usedAtMs < before && !this.#loading.has(clusterId)) this.drop(clusterId);
    }
    if (this.#held.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}
