import { rootCodecOf } from '../decode/compile-codec.ts';
import type { KubeObject } from '../object.ts';
import type { SchemaTable } from '../schema-table.ts';
import { toTime } from '../time.ts';
import { applyTypeOf } from './apply-type.ts';
import { compareObjects, sameJson } from './compare-objects.ts';
import { difference, type FieldSet, isEmptySet, union } from './field-set.ts';
import {
  capUpdaters,
  isReset,
  managerKey,
  type Ownership,
  type Ownerships,
  readOwnerships,
  withManagedFields,
  withoutManagedFields,
  writeOwnerships,
} from './managers.ts';
import { resetFieldsOf, withoutResetFields, withoutUntracked } from './untracked-fields.ts';
import type { FieldWriter } from './field-writer.ts';

/** An ordinary write (create, update, or a patch other than apply). */
export interface TrackedUpdate extends FieldWriter {
  /** Absent on create. */
  readonly live: KubeObject | undefined;
  /** The object as it is about to be stored, after defaulting. Not changed. */
  readonly next: KubeObject;
}

/**
 * Keeps `metadata.managedFields` over an ordinary write: the manager comes to own what it changed, others lose it.
 * A client may hand in managed fields of its own, and may forget all managers by an empty list; from then on the object
 * is not tracked, until something is applied to it.
 *
 * @returns `next` with its managed fields; `next` itself if they do not change. Never throws: entries that cannot be
 * read are dropped, as Kubernetes does.
 */
export function trackUpdate(update: TrackedUpdate): KubeObject {
  const { live, next, subresource } = update;
  const before = ownershipsBefore(live, next, subresource);
  const isUntracked = before.size === 0 && live !== undefined;
  const after = isUntracked ? before : capUpdaters(recordUpdate(before, update));
  const entries = writeOwnerships(after);
  const current = next.metadata.managedFields;
  if (sameJson(entries, current ?? [])) return current?.length === 0 ? withoutManagedFields(next) : next;
  return withManagedFields(next, after);
}

/** What a write makes of ownership: the writer owns what it changed, nobody owns what is gone. */
export function recordUpdate(before: Ownerships, update: TrackedUpdate): Ownerships {
  const { live, next, schema, message, manager, apiVersion, subresource, now } = update;
  const from = live === undefined ? unsetObject(schema, message) : withoutManagedFields(live);
  const comparison = compareObjects(applyTypeOf(schema, message), from, withoutManagedFields(next));
  const reset = resetFieldsOf(subresource);
  const written = (set: FieldSet) => withoutUntracked(withoutResetFields(set, reset));
  const changed = union(written(comparison.modified), written(comparison.added));
  const lost = union(changed, written(comparison.removed));
  if (isEmptySet(lost)) return before;
  const after = new Map<string, Ownership>();
  for (const [key, ownership] of before) {
    const fields = difference(ownership.fields, lost);
    if (!isEmptySet(fields))
      after.set(key, fields === ownership.fields ? ownership : { ...ownership, fields });
  }
  if (isEmptySet(changed)) return after;
  const writer = { manager: manager || 'unknown', operation: 'Update' as const, apiVersion, subresource };
  const key = managerKey(writer);
  const fields = union(changed, after.get(key)?.fields ?? {});
  return after.set(key, { ...writer, fields, time: toTime(now) });
}

/** A subresource cannot change managed fields by hand; neither can a client that sends what cannot be read. */
function ownershipsBefore(live: KubeObject | undefined, next: KubeObject, subresource: string): Ownerships {
  const given = next.metadata.managedFields;
  if (subresource === '') {
    if (isReset(given)) return new Map();
    const ownerships = readOwnerships(given);
    if (ownerships !== undefined && ownerships.size > 0) return ownerships;
  }
  return readOwnerships(live?.metadata.managedFields) ?? new Map();
}

const unsetObjects = new WeakMap<SchemaTable, Map<string, unknown>>();

/** What Go compares a new object with: structs that are always there are there, so that nobody comes to own them. */
export function unsetObject(schema: SchemaTable, message: string): KubeObject {
  let known = unsetObjects.get(schema);
  if (!known) unsetObjects.set(schema, (known = new Map()));
  let object = known.get(message);
  if (object === undefined) known.set(message, (object = rootCodecOf(schema, message).zero()));
  return object as KubeObject;
}
