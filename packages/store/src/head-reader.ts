import { ClusterMissingError } from './errors.ts';
import type { ClusterHead } from './queries/read-heads.ts';

/** Reads how far clusters are that exist. */
export type ReadHeads = (clusterIds: readonly string[]) => Promise<ReadonlyMap<string, ClusterHead>>;

interface Round {
  readonly clusterIds: Set<string>;
  readonly heads: Promise<ReadonlyMap<string, ClusterHead>>;
}

/**
 * How far clusters are, as of a moment after the call: callers that come while a query is under way share the next one,
 * over all clusters.
 */
export class HeadReader {
  readonly #readHeads: ReadHeads;
  readonly #onMissing: (clusterId: string) => void;
  #current: Promise<unknown> = Promise.resolve();
  #next: Round | undefined;

  /** @param onMissing told of a cluster that was asked for and does not exist */
  constructor(readHeads: ReadHeads, onMissing: (clusterId: string) => void) {
    this.#readHeads = readHeads;
    this.#onMissing = onMissing;
  }

  /** @throws ClusterMissingError */
  async head(clusterId: string): Promise<ClusterHead> {
    const head = (await this.heads([clusterId])).get(clusterId);
    if (head === undefined) {
      this.#onMissing(clusterId);
      throw new ClusterMissingError(clusterId);
    }
    return head;
  }

  /** Without those that do not exist, and with those that others asked for. */
  heads(clusterIds: Iterable<string>): Promise<ReadonlyMap<string, ClusterHead>> {
    const round = (this.#next ??= this.#newRound());
    for (const clusterId of clusterIds) round.clusterIds.add(clusterId);
    return round.heads;
  }

  #newRound(): Round {
    const clusterIds = new Set<string>();
    const heads = this.#current.then(() => {
      this.#next = undefined;
      return this.#readHeads([...clusterIds]);
    });
    // A failure belongs to those who asked, not to the next round.
    this.#current = heads.catch(() => undefined);
    return { clusterIds, heads };
  }
}
