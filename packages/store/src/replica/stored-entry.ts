import type { ReplicaObject, StoredContent } from '../store.ts';
import type { StoredObject } from '../types.ts';
import type { ByteAccount } from './byte-account.ts';
import { sortKey } from './sort-key.ts';

/** The row and its keys beside the body. */
const entryBytes = 400;
/** A parsed body takes about this many times its text. */
const parsedFactor = 3;

const noOwners: readonly string[] = [];

/** One object of a replica. Immutable but for what it remembers of its body. */
export class StoredEntry implements ReplicaObject {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: number;
  readonly body: string;
  readonly sortKey: string;
  #account: ByteAccount | undefined;
  #parsed: StoredContent | undefined;
  #completed: unknown;

  constructor(object: StoredObject, account: ByteAccount) {
    this.resource = object.resource;
    this.namespace = object.namespace;
    this.name = object.name;
    this.uid = object.uid;
    this.revision = object.revision;
    this.body = object.body;
    this.sortKey = sortKey(object.namespace, object.name);
    this.#account = account;
    account.add(this.#sizeBytes);
  }

  get object(): StoredContent {
    if (!this.#parsed) {
      // The store holds only bodies that passed decoding and validation of their kind.
      this.#parsed = JSON.parse(this.body) as StoredContent;
      this.#account?.add(this.body.length * parsedFactor);
    }
    return this.#parsed;
  }

  completed<T>(make: (entry: ReplicaObject) => T): T {
    this.#completed ??= make(this);
    // The caller's promise: nobody else made it.
    return this.#completed as T;
  }

  /** Uids of its owners. Bodies without any, most of them, are not parsed. */
  get ownerUids(): readonly string[] {
    if (!this.body.includes('"ownerReferences"')) return noOwners;
    return this.object.metadata.ownerReferences?.map((owner) => owner.uid) ?? noOwners;
  }

  get #sizeBytes(): number {
    return entryBytes + this.body.length * (this.#parsed ? 1 + parsedFactor : 1);
  }

  /** To be called once it is in no current replica any more. */
  release(): void {
    this.#account?.add(-this.#sizeBytes);
    this.#account = undefined;
  }
}
