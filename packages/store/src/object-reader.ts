import type { ObjectKey, StoredObject } from './types.ts';

type ReadObjects = (
  clusterId: string,
  keys: readonly ObjectKey[],
) => Promise<ReadonlyArray<StoredObject | undefined>>;

/** Keys of one query; more would make the first of them wait for the last. */
const keysPerQuery = 200;

interface Round {
  readonly keys: ObjectKey[];
  readonly objects: Promise<ReadonlyArray<StoredObject | undefined>>;
}

/**
 * Reads single objects. Those of one cluster that are asked for while a query is under way share the next one, so that
 * each answer is as new as every write that was acknowledged before it was asked for.
 */
export class ObjectReader {
  readonly #readObjects: ReadObjects;
  readonly #clusters = new Map<string, { current: Promise<unknown>; next: Round | undefined }>();

  constructor(readObjects: ReadObjects) {
    this.#readObjects = readObjects;
  }

  async read(clusterId: string, key: ObjectKey): Promise<StoredObject | undefined> {
    const round = this.#roundOf(clusterId);
    const place = round.keys.push(key) - 1;
    return (await round.objects)[place];
  }

  #roundOf(clusterId: string): Round {
    let cluster = this.#clusters.get(clusterId);
    if (!cluster) {
      cluster = { current: Promise.resolve(), next: undefined };
      this.#clusters.set(clusterId, cluster);
    }
    if (!cluster.next || cluster.next.keys.length >= keysPerQuery)
      cluster.next = this.#newRound(clusterId, cluster);
    return cluster.next;
  }

  #newRound(clusterId: string, cluster: { current: Promise<unknown>; next: Round | undefined }): Round {
    const keys: ObjectKey[] = [];
    const round: Round = {
      keys,
      objects: cluster.current.then(() => {
        if (cluster.next === round) cluster.next = undefined;
        return this.#readObjects(clusterId, keys);
      }),
    };
    // A failure belongs to those who asked, not to the next round.
    const current: Promise<unknown> = round.objects
      .catch(() => undefined)
      .then(() => {
        // An idle cluster holds nothing.
        if (cluster.current === current && !cluster.next) this.#clusters.delete(clusterId);
      });
    cluster.current = current;
    return round;
  }
}
