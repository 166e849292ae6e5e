import { isJsonObject } from '../decode/codec.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { type FieldSet, isEmptySet, union } from './field-set.ts';

/** One way of writing: what tells entries of `managedFields` apart. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** Of the last write; part of the identity only of updates. */
  readonly apiVersion: string;
  /** '' for the main resource. */
  readonly subresource: string;
}

/** A manager and what it owns. */
export interface Ownership extends Manager {
  readonly fields: FieldSet;
  readonly time: string | undefined;
}

/** By identity, see {@link managerKey}. */
export type Ownerships = ReadonlyMap<string, Ownership>;

export function managerKey({ manager, operation, apiVersion, subresource }: Manager): string {
  // An applier stays the same when it goes on to another version.
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/** The owners that `managedFields` names; `undefined` if one of its entries cannot be read. */
export function readOwnerships(entries: readonly ManagedFieldsEntry[] | undefined): Ownerships | undefined {
  const ownerships = new Map<string, Ownership>();
  for (const entry of entries ?? []) {
    const { manager = '', operation, apiVersion, fieldsType, fieldsV1 = {}, time, subresource = '' } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return undefined;
    if (!apiVersion || fieldsType !== 'FieldsV1' || !isJsonObject(fieldsV1)) return undefined;
    const ownership = { manager, operation, apiVersion, subresource, fields: fieldsV1, time };
    ownerships.set(managerKey(ownership), ownership);
  }
  return ownerships;
}

/** Whether a client asks to forget all managers: by an empty list, or by one empty entry. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries === undefined) return false;
  return entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0);
}

/** `managedFields` as upstream sorts it: appliers first, then by time and name. Owners of nothing are left out. */
export function writeOwnerships(ownerships: Ownerships): readonly ManagedFieldsEntry[] {
  return [...ownerships.values()]
    .filter(({ fields }) => !isEmptySet(fields))
    .sort(compareOwnerships)
    .map(({ manager, operation, apiVersion, subresource, fields, time }) => ({
      manager,
      operation,
      apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: 'FieldsV1' as const,
      fieldsV1: fields,
      ...(subresource !== '' && { subresource }),
    }));
}

function compareOwnerships(left: Ownership, right: Ownership): number {
  return (
    compareTexts(left.operation, right.operation) ||
    compareTexts(left.time ?? '', right.time ?? '') ||
    compareTexts(left.manager, right.manager) ||
    compareTexts(left.apiVersion, right.apiVersion) ||
    compareTexts(left.subresource, right.subresource)
  );
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Upstream keeps as many entries of updates; older ones are put together. */
const maxUpdateManagers = 10;
const ancientChanges = 'ancient-changes';

/** Puts the oldest updaters of each version together until few enough are left. */
export function capUpdaters(ownerships: Ownerships): Ownerships {
  const updaters = [...ownerships].filter(([, { operation }]) => operation === 'Update');
  if (updaters.length <= maxUpdateManagers) return ownerships;
  const oldestFirst = updaters.toSorted(
    ([leftKey, left], [rightKey, right]) =>
      compareTexts(left.time ?? '', right.time ?? '') || compareTexts(leftKey, rightKey),
  );
  const capped = new Map(ownerships);
  const firstOfVersion = new Map<string, Ownership>();
  let left = updaters.length;
  for (const [key, updater] of oldestFirst) {
    if (left <= maxUpdateManagers) break;
    const first = firstOfVersion.get(updater.apiVersion);
    if (!first) {
      firstOfVersion.set(updater.apiVersion, updater);
      continue;
    }
    const bucket: Ownership = { ...updater, manager: ancientChanges, subresource: '' };
    const bucketKey = managerKey(bucket);
    const gathered = capped.get(bucketKey) ?? first;
    capped.delete(managerKey(first));
    capped.delete(key);
    capped.set(bucketKey, { ...bucket, fields: union(updater.fields, gathered.fields) });
    left -= 1;
  }
  return capped;
}

/** The object with other managed fields; the same object if they are the same. */
export function withManagedFields(object: KubeObject, ownerships: Ownerships): KubeObject {
  const entries = writeOwnerships(ownerships);
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: entries.length > 0 ? { ...metadata, managedFields: [...entries] } : metadata,
  };
}

/** The object as comparisons see it: managed fields do not own themselves. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}
