import type { StoredEntry } from './stored-entry.ts';

type Bucket = ReadonlyMap<string, readonly StoredEntry[]>;

/** A change of the index: what was there, what is there now. */
export interface EntryChange {
  readonly before: StoredEntry | undefined;
  readonly after: StoredEntry | undefined;
}

const bucketCount = 512;
const noEntries: readonly StoredEntry[] = [];

/**
 * Objects by the uids of their owners. Immutable; a changed copy shares all buckets that the change does not touch, so
 * that bringing a replica forward does not cost its size.
 */
export class OwnerIndex {
  readonly #buckets: readonly (Bucket | undefined)[];

  constructor(buckets: readonly (Bucket | undefined)[] = []) {
    this.#buckets = buckets;
  }

  ownedBy(ownerUid: string): readonly StoredEntry[] {
    return this.#buckets[bucketOf(ownerUid)]?.get(ownerUid) ?? noEntries;
  }

  withChanges(changes: Iterable<EntryChange>): OwnerIndex {
    const copies = new Map<number, Map<string, readonly StoredEntry[]>>();
    for (const [ownerUid, { gone, come }] of byOwner(changes)) {
      const at = bucketOf(ownerUid);
      let bucket = copies.get(at);
      if (!bucket) copies.set(at, (bucket = new Map(this.#buckets[at])));
      const current = bucket.get(ownerUid) ?? noEntries;
      const kept = gone.size > 0 ? current.filter((entry) => !gone.has(entry)) : current;
      const entries = come.length > 0 ? [...kept, ...come] : kept;
      if (entries.length > 0) bucket.set(ownerUid, entries);
      else bucket.delete(ownerUid);
    }
    if (copies.size === 0) return this;
    const buckets = Array.from({ length: bucketCount }, (_, at) => copies.get(at) ?? this.#buckets[at]);
    return new OwnerIndex(buckets);
  }
}

/** What comes to an owner and what it loses. */
interface OwnerChange {
  readonly gone: Set<StoredEntry>;
  readonly come: StoredEntry[];
}

/** By owner, so that thousands of changes of one owner's objects cost one copy of its list. */
function byOwner(changes: Iterable<EntryChange>): ReadonlyMap<string, OwnerChange> {
  const owners = new Map<string, OwnerChange>();
  const changeOf = (ownerUid: string): OwnerChange => {
    let change = owners.get(ownerUid);
    if (!change) owners.set(ownerUid, (change = { gone: new Set(), come: [] }));
    return change;
  };
  for (const { before, after } of changes) {
    if (before) for (const uid of before.ownerUids) changeOf(uid).gone.add(before);
    if (after) for (const uid of after.ownerUids) changeOf(uid).come.push(after);
  }
  return owners;
}

/** FNV-1a. */
function bucketOf(uid: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < uid.length; i++) hash = Math.imul(hash ^ uid.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % bucketCount;
}
