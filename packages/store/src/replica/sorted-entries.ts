import type { StoredEntry } from './stored-entry.ts';

/** The objects of one resource, in the order of lists. Immutable: sorted arrays are cheap to copy and to slice. */
export type SortedEntries = readonly StoredEntry[];

/** Index of the first entry whose key is not before `key`. */
function lowerBound(entries: SortedEntries, key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.sortKey ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function findEntry(entries: SortedEntries, key: string): StoredEntry | undefined {
  const entry = entries[lowerBound(entries, key)];
  return entry?.sortKey === key ? entry : undefined;
}

/** All of one namespace: those that begin with it, up to the character after the key's separator. */
export function namespaceRange(entries: SortedEntries, namespace: string): SortedEntries {
  return entries.slice(lowerBound(entries, `${namespace}\0`), lowerBound(entries, `${namespace}\u0001`));
}

/** Puts entries in and takes keys out (`undefined`). */
export function withChanges(
  entries: SortedEntries,
  changes: ReadonlyMap<string, StoredEntry | undefined>,
): SortedEntries {
  return changes.size <= maxSplices ? spliced(entries, changes) : merged(entries, changes);
}

/** Up to here, moving the rest of an array along for each change is cheaper than building it anew. */
const maxSplices = 32;

function spliced(
  entries: SortedEntries,
  changes: ReadonlyMap<string, StoredEntry | undefined>,
): SortedEntries {
  const next = entries.slice();
  for (const [key, changed] of changes) {
    const at = lowerBound(next, key);
    const replaced = next[at]?.sortKey === key ? 1 : 0;
    if (changed && replaced) next[at] = changed;
    else next.splice(at, replaced, ...(changed ? [changed] : []));
  }
  return next;
}

function merged(
  entries: SortedEntries,
  changes: ReadonlyMap<string, StoredEntry | undefined>,
): SortedEntries {
  const next: StoredEntry[] = [];
  let from = 0;
  for (const key of [...changes.keys()].sort()) {
    const at = lowerBound(entries, key);
    for (; from < at; from++) append(next, entries[from]);
    append(next, changes.get(key));
    if (entries[at]?.sortKey === key) from = at + 1;
  }
  for (; from < entries.length; from++) append(next, entries[from]);
  return next;
}

function append(target: StoredEntry[], entry: StoredEntry | undefined): void {
  if (entry) target.push(entry);
}
