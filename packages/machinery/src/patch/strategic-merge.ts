import { isJsonObject, setMember } from '../decode/codec.ts';
import { formatGoValue, goTypeName } from './go-format.ts';
import { PatchError } from './patch-error.ts';
import {
  deleteFromListPrefix,
  discardNulls,
  type JsonObject,
  patchDirective,
  removeDirectives,
  retainKeysDirective,
  setElementOrderPrefix,
} from './strategic-directives.ts';
import { deleteScalars, mergeLists, orderList, validateOrder } from './strategic-lists.ts';
import type { PatchField, PatchType } from './strategic-schema.ts';

/**
 * Strategic merge patch: a merge patch that knows which lists are merged by a key, and directives that say more.
 * Neither argument is changed.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 *
 * @throws PatchError
 */
export function strategicMerge(original: JsonObject, patch: JsonObject, type: PatchType): JsonObject {
  const directive = patch[patchDirective];
  if (directive !== undefined) return applyDirective(directive, patch);
  const merged = retainKeys(original, patch);
  const ordered = mergeOrderedLists(merged, patch, type);
  for (const [name, value] of Object.entries(patch)) {
    if (name === retainKeysDirective || name.startsWith(setElementOrderPrefix) || ordered.has(name)) continue;
    if (name.startsWith(deleteFromListPrefix))
      deleteListItems(merged, name.slice(deleteFromListPrefix.length), value);
    else mergeMember(merged, { name, value }, type);
  }
  return merged;
}

function applyDirective(directive: unknown, patch: JsonObject): JsonObject {
  const { [patchDirective]: _directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw unknownPatchType(directive, patch);
}

function unknownPatchType(directive: unknown, patch: JsonObject): PatchError {
  return new PatchError(
    'inapplicable',
    `unknown patch type: ${formatGoValue(directive)} in map: ${formatGoValue(patch)}`,
  );
}

/** A copy of the original without the fields that a `$retainKeys` list does not name. */
function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch[retainKeysDirective];
  if (directive === undefined) return { ...original };
  if (!Array.isArray(directive)) throw badRetainKeys();
  const retained = new Set<unknown>(directive);
  for (const [name, value] of Object.entries(patch)) {
    const isDirective =
      name === retainKeysDirective ||
      name.startsWith(deleteFromListPrefix) ||
      name.startsWith(setElementOrderPrefix);
    if (value !== null && !isDirective && !retained.has(name)) throw badRetainKeys();
  }
  return Object.fromEntries(Object.entries(original).filter(([name]) => retained.has(name)));
}

function badRetainKeys(): PatchError {
  return new PatchError('malformed', 'invalid patch format of retainKeys');
}

/** @returns the names of the lists that are done: a `$setElementOrder` stands beside each. */
function mergeOrderedLists(merged: JsonObject, patch: JsonObject, type: PatchType): ReadonlySet<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(setElementOrderPrefix)) continue;
    const name = directive.slice(setElementOrderPrefix.length);
    const field = type.field(name);
    const live = listOf(merged[name]);
    const patched = listOf(patch[name]);
    const wanted = listOf(order) ?? [];
    if (patched) validateOrder(patched, wanted, field.mergeKey);
    if (!live && !patched) continue;
    const list = mergeOrdered(live, patched, field);
    merged[name] = orderList(list, { wanted, live: live ?? [], mergeKey: field.mergeKey });
    done.add(name);
  }
  return done;
}

function mergeOrdered(
  live: readonly unknown[] | undefined,
  patched: readonly unknown[] | undefined,
  field: PatchField,
): readonly unknown[] {
  if (!live) return removeDirectives(patched ?? []) as readonly unknown[];
  if (!patched) return live;
  return field.strategy === 'merge'
    ? mergeLists(live, patched, { field, mergeObjects: strategicMerge })
    : patched;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value;
  throw new PatchError('inapplicable', `expected a []interface {}, but received a ${goTypeName(value)}`);
}

function deleteListItems(merged: JsonObject, name: string, items: unknown): void {
  if (name === '') throw new PatchError('malformed', 'invalid patch format of primitive list');
  const list = merged[name];
  if (items === null) delete merged[name];
  else if (Array.isArray(list) && Array.isArray(items)) merged[name] = deleteScalars(list, items);
}

interface Member {
  readonly name: string;
  readonly value: unknown;
}

function mergeMember(merged: JsonObject, { name, value }: Member, type: PatchType): void {
  if (value === null) {
    delete merged[name];
    return;
  }
  const current = Object.hasOwn(merged, name) ? merged[name] : undefined;
  if (isJsonObject(current) && isJsonObject(value)) {
    const field = type.field(name);
    merged[name] = field.strategy === 'replace' ? value : strategicMerge(current, value, field.type);
  } else if (Array.isArray(current) && Array.isArray(value)) {
    const field = type.field(name);
    const isMerged = field.strategy === 'merge';
    merged[name] = isMerged ? mergeLists(current, value, { field, mergeObjects: strategicMerge }) : value;
  } else {
    const kept = removeDirectives(discardNulls(value));
    if (kept === undefined) delete merged[name];
    else setMember(merged as never, name, kept as never);
  }
}
