import { rootCodecOf } from '../decode/compile-codec.ts';
import { badRequestError } from '../errors/request-errors.ts';
import type { KubeObject } from '../object.ts';
import type { StatusCause } from '../status.ts';
import { toTime } from '../time.ts';
import { type ApplyType, applyTypeOf } from './apply-type.ts';
import { compareObjects, sameJson } from './compare-objects.ts';
import { describeConflicts, type ManagerConflict } from './conflicts.ts';
import { difference, type FieldSet, intersection, isEmptySet, union } from './field-set.ts';
import type { FieldWriter } from './field-writer.ts';
import { allowedByLastApplied, refreshLastApplied } from './last-applied.ts';
import {
  managerKey,
  type Ownership,
  type Ownerships,
  readOwnerships,
  withManagedFields,
  withoutManagedFields,
  writeOwnerships,
} from './managers.ts';
import { mergeObjects } from './merge-objects.ts';
import { fieldsOf } from './object-fields.ts';
import { pruneFields } from './prune-fields.ts';
import { recordUpdate, unsetObject } from './track-update.ts';
import { resetFieldsOf, withoutResetFields, withoutUntracked } from './untracked-fields.ts';

/** A server-side apply request. */
export interface ApplyRequest extends FieldWriter {
  /** Absent when apply creates the object. */
  readonly live: KubeObject | undefined;
  /**
   * The decoded configuration, as sent: only what the manager wants to own. Decode it with `decodeAppliedConfiguration`,
   * not `decodeYamlBody`, which writes empty fields.
   */
  readonly applied: KubeObject;
  readonly force: boolean;
}

/**
 * - `applied`: the object in its decoded form, before defaulting; `live` itself if nothing changed.
 * - `conflict`: for a `Conflict` (409) Status, to the letter.
 */
export type ApplyResult =
  | { readonly outcome: 'applied'; readonly object: KubeObject }
  | { readonly outcome: 'conflict'; readonly message: string; readonly causes: readonly StatusCause[] };

/**
 * Server-side apply: merges what the manager applies into the live object, removes what it no longer applies and nobody
 * else owns, and keeps `metadata.managedFields`. Values are compared in their canonical form.
 *
 * @throws StatusError `BadRequest` if the configuration carries `metadata.managedFields`.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function applyPatch(request: ApplyRequest): ApplyResult {
  if (request.applied.metadata?.managedFields !== undefined) {
    throw badRequestError('metadata.managedFields must be nil');
  }
  const application = new Application(request);
  const conflicts = request.force ? [] : application.conflicts();
  const remaining = conflicts.length > 0 ? allowedByLastApplied(request, application, conflicts) : conflicts;
  if (remaining.length > 0) return { outcome: 'conflict', ...describeConflicts(remaining) };
  return { outcome: 'applied', object: application.result() };
}

/** The steps of one apply, each computed once. */
class Application {
  readonly type: ApplyType;
  readonly live: KubeObject;
  readonly #request: ApplyRequest;
  readonly #owners: Ownerships;
  readonly #applier: Ownership;
  readonly #next: KubeObject;
  readonly #changed: FieldSet;
  readonly #removed: FieldSet;

  constructor(request: ApplyRequest) {
    const { schema, message, applied, subresource } = request;
    this.#request = request;
    this.type = applyTypeOf(schema, message);
    this.live = withoutManagedFields(request.live ?? unsetObject(schema, message));
    this.#owners = ownersBefore(request);
    const reset = resetFieldsOf(subresource);
    const fields = withoutResetFields(fieldsOf(this.type, applied), reset);
    this.#applier = { ...applierOf(request), fields, time: toTime(request.now) };
    const merged = this.#merge(fields);
    // Removal leaves nulls, and creation leaves out what Go always writes.
    this.#next = rootCodecOf(schema, message).decode(merged, {
      sawUnknownField: true,
    }) as unknown as KubeObject;
    // Empty values that decoding drops are applied, too, and can be in conflict.
    const { added, modified, removed } = compareObjects(this.type, this.live, merged);
    this.#changed = withoutResetFields(union(modified, added), reset);
    this.#removed = withoutResetFields(removed, reset);
  }

  /** What the apply would change of what others own. */
  conflicts(): readonly ManagerConflict[] {
    return this.#others().flatMap(([, owner]) => {
      const fields = intersection(owner.fields, this.#changed);
      return isEmptySet(fields) ? [] : [{ manager: owner, fields }];
    });
  }

  result(): KubeObject {
    const { live } = this.#request;
    const object = refreshLastApplied(this.#next, this.#request);
    const isUnchanged = live !== undefined && sameJson(object, this.live);
    const lost = union(this.#changed, this.#removed);
    const owners = new Map<string, Ownership>();
    for (const [key, owner] of this.#others())
      owners.set(key, { ...owner, fields: difference(owner.fields, lost) });
    const key = managerKey(this.#applier);
    // An apply that changes nothing does not move the time of its entry.
    const time = (isUnchanged ? this.#owners.get(key)?.time : undefined) ?? this.#applier.time;
    owners.set(key, { ...this.#applier, time, fields: withoutUntracked(this.#applier.fields) });
    const sameOwners = isUnchanged && sameJson(writeOwnerships(owners), live.metadata.managedFields ?? []);
    return sameOwners ? live : withManagedFields(object, owners);
  }

  #merge(applied: FieldSet): unknown {
    const merged = mergeObjects(this.type, this.live, this.#request.applied);
    const last = this.#owners.get(managerKey(this.#applier))?.fields ?? {};
    const owners = new Map(this.#owners).set(managerKey(this.#applier), {
      ...this.#applier,
      fields: applied,
    });
    return pruneFields(merged, { type: this.type, owners, last, applied });
  }

  #others(): ReadonlyArray<readonly [string, Ownership]> {
    const own = managerKey(this.#applier);
    return [...this.#owners].filter(([key]) => key !== own);
  }
}

function applierOf({ manager, apiVersion, subresource }: ApplyRequest) {
  return { manager, operation: 'Apply' as const, apiVersion, subresource };
}

/** An object that nobody is known to own was written before anything was applied to it. */
function ownersBefore(request: ApplyRequest): Ownerships {
  const { live, schema, message } = request;
  const owners = readOwnerships(live?.metadata.managedFields) ?? new Map<string, Ownership>();
  if (owners.size > 0 || live === undefined) return owners;
  return recordUpdate(new Map(), {
    ...request,
    live: unsetObject(schema, message),
    next: live,
    manager: 'before-first-apply',
  });
}
