import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { SealedBodyError } from '../errors.ts';
import { insertDataKey, lockActiveDataKey, readDataKey, readDataKeys } from '../queries/data-keys.ts';
import type { Change, ObjectKey, StoredObject, Write } from '../types.ts';
import type { ClusterObject } from '../store.ts';
import type { BodyCipher, SealedDataKey } from './body-cipher.ts';
import { isSealed, ownerOf, partsOf, sealedBody } from './sealed-body.ts';

const maxOpenKeys = 10_000;
/** Opening so many bodies takes a few milliseconds: others have their turn then. */
const bodiesAtOnce = 500;

declare const resting: unique symbol;
/** Writes with their bodies as they rest. Only {@link SealedBodies} makes them, and only they can be committed. */
export type RestingWrites = readonly Write[] & { readonly [resting]: true };

/** A key that is ready for use. */
interface OpenKey {
  readonly keyId: string;
  readonly key: Uint8Array;
}

/** Seals the bodies that go to the database and opens those that come from it. Other kinds pass untouched. */
export class SealedBodies {
  readonly #database: Database;
  readonly #cipher: BodyCipher | undefined;
  /** By cluster and key id, which are never used twice. */
  readonly #keys = new LRUCache<string, Uint8Array>({ max: maxOpenKeys });

  constructor(database: Database, cipher: BodyCipher | undefined) {
    this.#database = database;
    this.#cipher = cipher;
  }

  /**
   * Runs a commit with its bodies as they rest. If some are to be sealed, it runs in a transaction that holds their data
   * key, so that a key which is being replaced is either used before or not at all.
   */
  async commit<T>(
    clusterId: string,
    writes: readonly Write[],
    run: (sql: postgres.ISql, writes: RestingWrites) => Promise<T>,
  ): Promise<T> {
    if (!this.#mustSeal(writes)) return run(this.#database.clusterSql, asTheyAre(writes));
    const { result } = await this.#database.clusterSql.begin(async (sql) => {
      const sealed = await this.sealed(sql, clusterId, writes);
      return { result: await run(sql, sealed) };
    });
    return result;
  }

  /** The writes with their bodies as they rest, for a commit in this transaction. */
  async sealed(
    sql: postgres.TransactionSql,
    clusterId: string,
    writes: readonly Write[],
  ): Promise<RestingWrites> {
    const cipher = this.#cipher;
    const firstSealed = writes.find(({ resource }) => cipher?.resources.has(resource));
    if (cipher === undefined || firstSealed === undefined) return asTheyAre(writes);
    const key = await this.#activeKey(sql, clusterId, cipher).catch((cause: unknown) => {
      throw sealError(firstSealed, cause);
    });
    return asTheyAre(
      writes.map((write) =>
        cipher.resources.has(write.resource)
          ? { ...write, body: this.seal(clusterId, write, { body: write.body, ...key }) }
          : write,
      ),
    );
  }

  /** @throws SealedBodyError */
  async objects<T extends ObjectKey & { readonly body: string }>(
    clusterId: string,
    objects: ReadonlyArray<T>,
  ): Promise<ReadonlyArray<T>> {
    if (!objects.some(({ body }) => isSealed(body))) return objects;
    const opened: T[] = [];
    for (const object of objects) {
      opened.push({ ...object, body: await this.open(clusterId, object, object.body) });
      if (opened.length % bodiesAtOnce === 0) await nextTurn();
    }
    return opened;
  }

  /** Objects in the places of their keys. @throws SealedBodyError */
  async found(clusterId: string, objects: ReadonlyArray<StoredObject | undefined>) {
    if (!objects.some((object) => object && isSealed(object.body))) return objects;
    return Promise.all(
      objects.map(
        async (object) => object && { ...object, body: await this.open(clusterId, object, object.body) },
      ),
    );
  }

  /** Objects of several clusters. @throws SealedBodyError */
  async ofClusters(objects: readonly ClusterObject[]): Promise<ClusterObject[]> {
    const opened: ClusterObject[] = [];
    for (const object of objects) {
      opened.push({ ...object, body: await this.open(object.clusterId, object, object.body) });
    }
    return opened;
  }

  /** @throws SealedBodyError */
  async changes(clusterId: string, changes: readonly Change[]): Promise<Change[]> {
    const opened: Change[] = [];
    for (const change of changes) {
      opened.push(hasSealed(change) ? await this.#change(clusterId, change) : change);
    }
    return opened;
  }

  async #change(clusterId: string, change: Change): Promise<Change> {
    const { before, after, last } = change;
    return {
      ...change,
      ...(before && { before: { ...before, body: await this.open(clusterId, change, before.body) } }),
      ...(after !== undefined && { after: await this.open(clusterId, change, after) }),
      ...(last !== undefined && { last: await this.open(clusterId, change, last) }),
    };
  }

  /** Makes a new key the one that seals a cluster's bodies from now on, if it has one. */
  async renewKey(sql: postgres.TransactionSql, clusterId: string): Promise<void> {
    if (this.#cipher === undefined) return;
    await insertDataKey(sql, clusterId, await this.#cipher.newKey(clusterId));
  }

  /** The resources whose bodies rest sealed. */
  get resources(): readonly string[] {
    return [...(this.#cipher?.resources ?? [])];
  }

  /**
   * The key that seals in this transaction, with all others of the cluster at hand: opening a body takes no further
   * connection then.
   */
  async keysWithin(sql: postgres.TransactionSql, clusterId: string): Promise<OpenKey | undefined> {
    const cipher = this.#cipher;
    if (cipher === undefined) return undefined;
    const active = await this.#activeKey(sql, clusterId, cipher);
    for (const sealed of await readDataKeys(sql, clusterId)) await this.#opened(clusterId, sealed, cipher);
    return active;
  }

  seal(clusterId: string, object: ObjectKey, { body, keyId, key }: OpenKey & { body: string }): string {
    if (this.#cipher === undefined) throw new SealedBodyError(object, 'this process has no master key');
    return sealedBody(keyId, this.#cipher.seal(body, ownerOf(clusterId, object), key));
  }

  /** The body in clear, however it rests. @throws SealedBodyError */
  async open(clusterId: string, object: ObjectKey, body: string): Promise<string> {
    if (!isSealed(body)) return body;
    const cipher = this.#cipher;
    if (cipher === undefined) throw new SealedBodyError(object, 'this process has no master key');
    const { keyId, payload } = partsOf(body);
    const known = this.#keys.get(`${clusterId}/${keyId}`);
    try {
      const key = known ?? (await this.#storedKey(clusterId, keyId, cipher));
      if (key === undefined) throw new SealedBodyError(object, 'its data key does not exist');
      return cipher.open(payload, ownerOf(clusterId, object), key);
    } catch (cause) {
      throw sealError(object, cause);
    }
  }

  async #storedKey(clusterId: string, keyId: string, cipher: BodyCipher): Promise<Uint8Array | undefined> {
    const sealed = await readDataKey(this.#database, clusterId, keyId);
    return sealed && this.#opened(clusterId, sealed, cipher);
  }

  /** The key that new bodies are sealed with: made if the cluster has none. */
  async #activeKey(sql: postgres.TransactionSql, clusterId: string, cipher: BodyCipher): Promise<OpenKey> {
    for (;;) {
      const active = await lockActiveDataKey(sql, clusterId);
      if (active) return { keyId: active.keyId, key: await this.#opened(clusterId, active, cipher) };
      // Somebody else may make one at the same time: then theirs is found.
      const made = await cipher.newKey(clusterId);
      await insertDataKey(sql, clusterId, made);
    }
  }

  async #opened(clusterId: string, sealed: SealedDataKey, cipher: BodyCipher): Promise<Uint8Array> {
    const place = `${clusterId}/${sealed.keyId}`;
    const key = this.#keys.get(place) ?? (await cipher.openKey(clusterId, sealed));
    this.#keys.set(place, key);
    return key;
  }

  #mustSeal(writes: readonly Write[]): boolean {
    const resources = this.#cipher?.resources;
    return resources !== undefined && writes.some(({ resource }) => resources.has(resource));
  }
}

/** They were sealed, or none of them is to be. */
function asTheyAre(writes: readonly Write[]): RestingWrites {
  return writes as RestingWrites;
}

function hasSealed({ before, after, last }: Change): boolean {
  return [before?.body, after, last].some((body) => body !== undefined && isSealed(body));
}

/** What the cipher threw, as the store tells it. Errors of the database pass. */
function sealError(object: ObjectKey, thrown: unknown): unknown {
  const isOfCipher =
    thrown instanceof Error &&
    'code' in thrown &&
    (thrown.code === 'unsealable' || thrown.code === 'MASTER_KEY');
  return isOfCipher ? new SealedBodyError(object, thrown.message, { cause: thrown }) : thrown;
}
