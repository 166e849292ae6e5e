import { isJsonObject } from '../decode/codec.ts';
import { formatGoValue, goTypeName } from './go-format.ts';
import { PatchError } from './patch-error.ts';
import { type JsonObject, patchDirective, setElementOrderPrefix } from './strategic-directives.ts';
import type { PatchField, PatchType } from './strategic-schema.ts';

export interface ListMerge {
  readonly field: PatchField;
  readonly mergeObjects: (original: JsonObject, patch: JsonObject, type: PatchType) => JsonObject;
}

/**
 * Merges a list whose strategy is `merge`: scalars are united, objects are merged by the key.
 *
 * @throws PatchError
 */
export function mergeLists(
  live: readonly unknown[],
  patch: readonly unknown[],
  merge: ListMerge,
): readonly unknown[] {
  if (live.length === 0 && patch.length === 0) return live;
  const { mergeKey, type } = merge.field;
  if (elementTypeOf(live, patch) !== 'map[string]interface {}') {
    const merged = [...new Set([...live, ...patch])];
    return orderList(merged, { wanted: patch, live, mergeKey: '' });
  }
  if (mergeKey === '') {
    throw new PatchError('inapplicable', `cannot merge lists without merge key for ${type.name}`);
  }
  const { list, rest } = obeyDirectives(live, patch as readonly JsonObject[], mergeKey);
  const merged = [...list];
  for (const item of rest) {
    const key = keyOf(item, mergeKey);
    const index = merged.findIndex((each) => objectOf(each)[mergeKey] === key);
    if (index === -1) merged.push(item);
    else merged[index] = merge.mergeObjects(objectOf(merged[index]), item, type);
  }
  return orderList(merged, { wanted: rest, live: list, mergeKey });
}

/** Items of a patch that carry `$patch` delete items, or replace the whole list. */
function obeyDirectives(
  live: readonly unknown[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { readonly list: readonly unknown[]; readonly rest: readonly JsonObject[] } {
  let list = live;
  let isReplaced = false;
  for (const item of patch) {
    const directive = item[patchDirective];
    if (directive === undefined) continue;
    if (directive === 'delete') {
      const key = keyOf(item, mergeKey);
      list = list.filter((each) => objectOf(each)[mergeKey] !== key);
    } else if (directive === 'replace') isReplaced = true;
    else if (directive === 'merge') {
      throw new PatchError('inapplicable', 'merging lists cannot yet be specified in the patch');
    } else {
      throw new PatchError(
        'inapplicable',
        `unknown patch type: ${formatGoValue(directive)} in map: ${formatGoValue(item)}`,
      );
    }
  }
  const rest = patch.filter((item) => item[patchDirective] === undefined);
  return isReplaced ? { list: rest, rest: [] } : { list, rest };
}

/** `$deleteFromPrimitiveList` */
export function deleteScalars(list: readonly unknown[], items: readonly unknown[]): readonly unknown[] {
  const deleted = new Set(items);
  return list.filter((item) => !deleted.has(item));
}

export interface ListOrder {
  /** The order of the patch, which comes first. */
  readonly wanted: readonly unknown[];
  readonly live: readonly unknown[];
  /** '' for scalars. */
  readonly mergeKey: string;
}

/** Puts the items that the patch names into its order; the others keep their place among them as far as it goes. */
export function orderList(
  list: readonly unknown[],
  { wanted, live, mergeKey }: ListOrder,
): readonly unknown[] {
  const key = (item: unknown) => (mergeKey === '' ? item : keyOf(item, mergeKey));
  const wantedIndex = indexBy(wanted.map(key));
  const liveIndex = indexBy(live.map(key));
  const named = sortBy(
    list.filter((item) => wantedIndex.has(key(item))),
    (item) => wantedIndex.get(key(item)) ?? -1,
  );
  const others = sortBy(
    list.filter((item) => !wantedIndex.has(key(item))),
    (item) => liveIndex.get(key(item)) ?? -1,
  );
  const ordered: unknown[] = [];
  let nextNamed = 0;
  let nextOther = 0;
  while (nextNamed < named.length && nextOther < others.length) {
    const namedAt = liveIndex.get(key(named[nextNamed]));
    const otherAt = liveIndex.get(key(others[nextOther]));
    if (namedAt !== undefined && otherAt !== undefined && otherAt < namedAt)
      ordered.push(others[nextOther++]);
    else ordered.push(named[nextNamed++]);
  }
  return [...ordered, ...named.slice(nextNamed), ...others.slice(nextOther)];
}

/** First index of each key. */
function indexBy(keys: readonly unknown[]): ReadonlyMap<unknown, number> {
  const index = new Map<unknown, number>();
  for (const [at, key] of keys.entries()) if (!index.has(key)) index.set(key, at);
  return index;
}

function sortBy(items: readonly unknown[], rank: (item: unknown) => number): readonly unknown[] {
  return items.toSorted((left, right) => rank(left) - rank(right));
}

/**
 * Checks that a patch's list has no item and no order that its `$setElementOrder` does not have.
 *
 * @throws PatchError
 */
export function validateOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const key = (item: unknown) => (mergeKey === '' ? item : keyOf(item, mergeKey));
  const items = patch.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, patchDirective)));
  let at = 0;
  for (const wanted of order) {
    if (at === items.length) return;
    if (key(items[at]) === key(wanted)) at += 1;
  }
  if (at === items.length) return;
  throw new PatchError(
    'inapplicable',
    `The order in patch list:\n${formatGoValue(patch)}\n doesn't match ${setElementOrderPrefix.slice(0, -1)} list:\n${formatGoValue(order)}\n`,
  );
}

function elementTypeOf(...lists: ReadonlyArray<readonly unknown[]>): string {
  const types = new Set(lists.flat().map((item) => goTypeName(item).replace('float64', 'int64')));
  const [type = ''] = types;
  if (type === '[]interface {}') throw new PatchError('inapplicable', 'lists of lists are not supported');
  if (types.size > 1) {
    throw new PatchError('inapplicable', `list element types are not identical: ${formatGoValue(lists)}`);
  }
  return type;
}

function objectOf(item: unknown): JsonObject {
  if (isJsonObject(item)) return item;
  throw new PatchError(
    'inapplicable',
    `expected a map[string]interface {}, but received a ${goTypeName(item)}`,
  );
}

function keyOf(item: unknown, mergeKey: string): unknown {
  const object = objectOf(item);
  if (Object.hasOwn(object, mergeKey)) return object[mergeKey];
  throw new PatchError(
    'inapplicable',
    `map: ${formatGoValue(object)} does not contain declared merge key: ${mergeKey}`,
  );
}
