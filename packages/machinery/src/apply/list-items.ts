import { isJsonObject } from '../decode/codec.ts';
import type { ApplyType, ListItems } from './apply-type.ts';
import type { PathElement } from './field-set.ts';

/** A list type whose items are told apart. */
export interface KeyedList {
  readonly kind: 'list';
  readonly items: Exclude<ListItems, { by: 'nothing' }>;
  readonly element: ApplyType;
}

export function isKeyedList(type: ApplyType): type is KeyedList {
  return type.kind === 'list' && type.items.by !== 'nothing';
}

/** An item that has no place in its list. */
export class UnkeyedItem extends Error {}

/**
 * How an item is named in a path: `v:"x"` in a set, `k:{"name":"x"}` in a map.
 *
 * @throws UnkeyedItem in upstream's words.
 */
export function elementOf({ items, element }: KeyedList, item: unknown): PathElement {
  if (items.by === 'value') {
    if (item === null)
      throw new UnkeyedItem("associative list without keys has an element that's an explicit null");
    if (isJsonObject(item))
      throw new UnkeyedItem("associative list without keys has an element that's a map type");
    if (Array.isArray(item)) throw new UnkeyedItem('not supported: associative list with lists as elements');
    return `v:${JSON.stringify(item)}`;
  }
  if (item === null) throw new UnkeyedItem('associative list with keys may not have a null element');
  if (!isJsonObject(item)) throw new UnkeyedItem('associative list with keys may not have non-map elements');
  const key: Record<string, unknown> = {};
  let isKeyed = false;
  for (const name of items.keys) {
    const value =
      item[name] ?? (element.kind === 'object' ? element.members.field(name)?.default : undefined);
    if (value === undefined) continue;
    key[name] = value;
    isKeyed = true;
  }
  if (isKeyed) return `k:${JSON.stringify(key)}`;
  const names = items.keys.map((name) => JSON.stringify(name)).join(' ');
  throw new UnkeyedItem(
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  );
}

/** The items of a list by their elements. Those that have none are left out: they were never valid. */
export function itemsByElement(
  type: KeyedList,
  list: readonly unknown[],
): ReadonlyMap<PathElement, readonly unknown[]> {
  const items = new Map<PathElement, unknown[]>();
  for (const item of list) {
    const element = elementOrUndefined(type, item);
    if (element === undefined) continue;
    const same = items.get(element);
    if (same) same.push(item);
    else items.set(element, [item]);
  }
  return items;
}

export function elementOrUndefined(type: KeyedList, item: unknown): PathElement | undefined {
  try {
    return elementOf(type, item);
  } catch (error) {
    if (error instanceof UnkeyedItem) return undefined;
    throw error;
  }
}
