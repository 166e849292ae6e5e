import type { Replica, ReplicaObject } from '../store.ts';
import type { Change, ObjectKey, StoredObject } from '../types.ts';
import type { ByteAccount } from './byte-account.ts';
import { type EntryChange, OwnerIndex } from './owner-index.ts';
import { sortKey } from './sort-key.ts';
import { findEntry, namespaceRange, type SortedEntries, withChanges } from './sorted-entries.ts';
import { StoredEntry } from './stored-entry.ts';

type Resources = ReadonlyMap<string, SortedEntries>;

const noEntries: SortedEntries = [];

/** A cluster folded up at one revision. Immutable; the next one shares what did not change. */
export class Fold implements Replica {
  readonly revision: number;
  readonly #resources: Resources;
  readonly #account: ByteAccount;
  /** Made at first use: it has to parse every object that has owners. */
  #owners: OwnerIndex | undefined;

  private constructor(revision: number, resources: Resources, account: ByteAccount) {
    this.revision = revision;
    this.#resources = resources;
    this.#account = account;
  }

  /** @param objects everything of the cluster at the revision, in any order */
  static of(revision: number, objects: Iterable<StoredObject>, account: ByteAccount): Fold {
    const resources = new Map<string, StoredEntry[]>();
    for (const object of objects) {
      const entries = resources.get(object.resource);
      const entry = new StoredEntry(object, account);
      if (entries) entries.push(entry);
      else resources.set(object.resource, [entry]);
    }
    for (const entries of resources.values()) entries.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
    return new Fold(revision, resources, account);
  }

  get(key: ObjectKey): ReplicaObject | undefined {
    return findEntry(this.#resources.get(key.resource) ?? noEntries, sortKey(key.namespace, key.name));
  }

  list(resource: string, namespace?: string): readonly ReplicaObject[] {
    const entries = this.#resources.get(resource) ?? noEntries;
    return namespace === undefined ? entries : namespaceRange(entries, namespace);
  }

  ownedBy(ownerUid: string): readonly ReplicaObject[] {
    this.#owners ??= new OwnerIndex().withChanges(this.#everything());
    return this.#owners.ownedBy(ownerUid);
  }

  /** The fold at the revision of the last change. The changes must follow this one's revision without a gap. */
  advanced(changes: readonly Change[]): Fold {
    const last = changes.at(-1);
    if (!last) return this;
    const touched = new Map<string, Map<string, StoredEntry | undefined>>();
    for (const change of lastPerObject(changes)) {
      let entries = touched.get(change.resource);
      if (!entries) touched.set(change.resource, (entries = new Map()));
      entries.set(sortKey(change.namespace, change.name), this.#entryAfter(change));
    }
    const resources = new Map(this.#resources);
    const changed: EntryChange[] = [];
    for (const [resource, entries] of touched) {
      const current = resources.get(resource) ?? noEntries;
      for (const [key, after] of entries) changed.push({ before: findEntry(current, key), after });
      const next = withChanges(current, entries);
      if (next.length > 0) resources.set(resource, next);
      else resources.delete(resource);
    }
    for (const { before } of changed) before?.release();
    const fold = new Fold(last.revision, resources, this.#account);
    if (this.#owners) fold.#owners = this.#owners.withChanges(changed);
    return fold;
  }

  #entryAfter(change: Change): StoredEntry | undefined {
    const { resource, namespace, name, uid, revision, after: body } = change;
    if (body === undefined) return undefined;
    return new StoredEntry({ resource, namespace, name, uid, revision, body }, this.#account);
  }

  *#everything(): Iterable<EntryChange> {
    for (const entries of this.#resources.values()) {
      for (const after of entries) yield { before: undefined, after };
    }
  }
}

/** What is changed several times is parsed and sorted in once. */
function lastPerObject(changes: readonly Change[]): Iterable<Change> {
  const last = new Map<string, Change>();
  for (const change of changes) last.set(`${change.resource}\0${change.namespace}\0${change.name}`, change);
  return last.values();
}
