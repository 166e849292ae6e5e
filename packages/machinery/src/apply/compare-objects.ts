import { isJsonObject } from '../decode/codec.ts';
import { type ApplyType, deduceType, memberType } from './apply-type.ts';
import { type FieldSet, insertInto, insertNode, type PathElement } from './field-set.ts';
import { isKeyedList, itemsByElement, type KeyedList } from './list-items.ts';

/** How one object differs from another. The sets are disjoint. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two objects field by field; what is owned as a whole is compared as a whole. */
export function compareObjects(type: ApplyType, before: unknown, after: unknown): Comparison {
  const walk = new Comparing();
  walk.compare(type, before, after);
  return walk.result;
}

class Comparing {
  readonly result = { added: {} as FieldSet, modified: {} as FieldSet, removed: {} as FieldSet };
  readonly #path: PathElement[] = [];

  /** `undefined` stands for a value that is not there. */
  compare(declared: ApplyType, before: unknown, after: unknown): void {
    if (before === after) return;
    if (before === undefined) insertNode(this.result.added, this.#path, wholeNode(declared, after));
    else if (after === undefined) insertNode(this.result.removed, this.#path, wholeNode(declared, before));
    else this.#compareBoth(deduceType(declared, after, before), before, after);
  }

  #compareBoth(type: ApplyType, before: unknown, after: unknown): void {
    if (isLeaf(type, before, after)) {
      if (!sameJson(before, after)) insertInto(this.result.modified, this.#path);
    } else if (type.kind === 'object') this.#compareMembers(type, before, after);
    else if (isKeyedList(type)) this.#compareItems(type, before, after);
  }

  #compareMembers(type: Extract<ApplyType, { kind: 'object' }>, before: unknown, after: unknown): void {
    const left = isJsonObject(before) ? before : noMembers;
    const right = isJsonObject(after) ? after : noMembers;
    let shared = 0;
    for (const name in right) {
      const value = ownMember(left, name);
      if (value !== undefined) shared += 1;
      if (value !== right[name])
        this.#descend(`f:${name}`, memberType(type.members, name), [value, right[name]]);
    }
    if (shared === countMembers(left)) return;
    for (const name in left) {
      if (ownMember(right, name) === undefined) {
        this.#descend(`f:${name}`, memberType(type.members, name), [left[name], undefined]);
      }
    }
  }

  #descend(element: PathElement, type: ApplyType, [before, after]: readonly [unknown, unknown]): void {
    this.#path.push(element);
    this.compare(type, before, after);
    this.#path.pop();
  }

  /** Items that stand twice under one key are compared together. */
  #compareItems(type: KeyedList, before: unknown, after: unknown): void {
    // Telling items apart costs much more than this, and most lists do not change.
    if (sameJson(before, after)) return;
    const left = itemsByElement(type, Array.isArray(before) ? before : []);
    const right = itemsByElement(type, Array.isArray(after) ? after : []);
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      const ours = left.get(element) ?? [];
      const theirs = right.get(element) ?? [];
      if (ours.length <= 1 && theirs.length <= 1) {
        this.#descend(element, type.element, [ours[0], theirs[0]]);
      } else if (ours.length > 1 && theirs.length > 1) {
        if (!sameJson(ours, theirs)) insertInto(this.result.modified, [...this.#path, element]);
      } else if (ours.length > 1) {
        if (theirs.length > 0) this.#descend(element, type.element, [undefined, theirs[0]]);
        insertInto(this.result.removed, [...this.#path, element]);
      } else {
        if (ours.length > 0) this.#descend(element, type.element, [ours[0], undefined]);
        insertInto(this.result.added, [...this.#path, element]);
      }
    }
  }
}

/** Everything that a value holds, and the value itself. */
function wholeNode(declared: ApplyType, value: unknown): FieldSet {
  const type = deduceType(declared, value);
  if (isLeaf(type, undefined, value)) return {};
  const node: FieldSet = { '.': {} };
  if (type.kind === 'object' && isJsonObject(value)) {
    for (const name in value) node[`f:${name}`] = wholeNode(memberType(type.members, name), value[name]);
  } else if (isKeyedList(type) && Array.isArray(value)) {
    for (const [element, same] of itemsByElement(type, value)) {
      node[element] = same.length === 1 ? wholeNode(type.element, same[0]) : {};
    }
  }
  return node;
}

/** A member that an object has itself: names such as `constructor` are ordinary keys. */
function ownMember(object: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = object[name];
  const isInherited = typeof value === 'function' || (name === '__proto__' && !Object.hasOwn(object, name));
  return isInherited ? undefined : value;
}

function countMembers(object: object): number {
  let count = 0;
  for (const _name in object) count += 1;
  return count;
}

const noMembers: Readonly<Record<string, unknown>> = {};

/** Empty containers are leaves, so that empty and absent differ. */
function isLeaf(type: ApplyType, before: unknown, after: unknown): boolean {
  if (type.kind === 'object') return type.isAtomic || (isEmptyObject(before) && isEmptyObject(after));
  if (type.kind === 'list') return !isKeyedList(type) || (isEmptyList(before) && isEmptyList(after));
  return true;
}

function isEmptyObject(value: unknown): boolean {
  if (!isJsonObject(value)) return true;
  for (const _name in value) return false;
  return true;
}

function isEmptyList(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0;
}

/** Whether two JSON values are the same; the order of fields does not matter. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  let count = 0;
  for (const name in left) {
    const value = ownMember(right, name);
    if (value === undefined || !sameJson(left[name], value)) return false;
    count += 1;
  }
  return count === countMembers(right);
}
