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
    const edit = (ownerUid: string, change: (entries: readonly StoredEntry[]) => readonly StoredEntry[]) => {
      const at = bucketOf(ownerUid);
      let bucket = copies.get(at);
      if (!bucket) copies.set(at, (bucket = new Map(this.#buckets[at])));
      const entries = change(bucket.get(ownerUid) ?? noEntries);
      if (entries.length > 0) bucket.set(ownerUid, entries);
      else bucket.delete(ownerUid);
    };
    for (const { before, after } of changes) {
      for (const uid of before?.ownerUids ?? [])
        edit(uid, (entries) => entries.filter((entry) => entry !== before));
      if (after) for (const uid of after.ownerUids) edit(uid, (entries) => [...entries, after]);
    }
    if (copies.size === 0) return this;
    const buckets = Array.from({ length: bucketCount }, (_, at) => copies.get(at) ?? this.#buckets[at]);
    return new OwnerIndex(buckets);
  }
}

/** FNV-1a. */
function bucketOf(uid: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < uid.length; i++) hash = Math.imul(hash ^ uid.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % bucketCount;
}
