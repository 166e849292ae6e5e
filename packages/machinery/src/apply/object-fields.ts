import { isJsonObject } from '../decode/codec.ts';
import { type ApplyType, deduceType, memberType } from './apply-type.ts';
import { type FieldSet, insertInto, type PathElement } from './field-set.ts';
import { elementOrUndefined, isKeyedList, itemsByElement, type KeyedList } from './list-items.ts';

/** Every field that an object sets: what a manager owns that applies it. */
export function fieldsOf(type: ApplyType, object: unknown): FieldSet {
  const fields: FieldSet = {};
  collect({ fields, path: [] }, type, object);
  return fields;
}

interface Collecting {
  readonly fields: FieldSet;
  readonly path: readonly PathElement[];
}

function collect(at: Collecting, declared: ApplyType, value: unknown): void {
  const type = deduceType(declared, value);
  if (type.kind === 'object' && !type.isAtomic) collectMembers(at, type, value);
  else if (isKeyedList(type)) collectItems(at, type, value);
  else insertInto(at.fields, at.path);
}

function collectMembers(at: Collecting, type: Extract<ApplyType, { kind: 'object' }>, value: unknown): void {
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const inner = { fields: at.fields, path: [...at.path, `f:${name}`] };
    collect(inner, memberType(type.members, name), member);
    const isNothing = member === null || (isJsonObject(member) && Object.keys(member).length === 0);
    // A key of a map is owned beside what it holds; a field of a struct is owned by what it holds.
    if (isNothing || type.members.field(name) === undefined) insertInto(at.fields, inner.path);
  }
}

function collectItems(at: Collecting, type: KeyedList, value: unknown): void {
  if (!Array.isArray(value)) return;
  const items = itemsByElement(type, value);
  for (const [element, same] of items) {
    const inner = { fields: at.fields, path: [...at.path, element] };
    if (same.length === 1) collect(inner, type.element, same[0]);
    insertInto(at.fields, inner.path);
  }
}

/** The object without the fields of a set. Containers that lose all that they hold stay, empty. */
export function removeFields(declared: ApplyType, value: unknown, fields: FieldSet): unknown {
  const type = deduceType(declared, value);
  if (type.kind === 'object') return removeMembers(type, value, fields);
  if (type.kind === 'list') return removeItems(type, value, fields);
  return value;
}

function removeWithin(type: ApplyType, value: unknown, fields: FieldSet): unknown {
  const rest = removeFields(type, value, fields);
  if (rest !== null) return rest;
  if (Array.isArray(value)) return [];
  return isJsonObject(value) ? {} : null;
}

function removeMembers(
  type: Extract<ApplyType, { kind: 'object' }>,
  value: unknown,
  fields: FieldSet,
): unknown {
  if (!isJsonObject(value) || type.isAtomic || Object.keys(value).length === 0) return null;
  const kept: Record<string, unknown> = {};
  let isEmpty = true;
  for (const [name, member] of Object.entries(value)) {
    const node = fields[`f:${name}`];
    if (node !== undefined && isOwned(node)) continue;
    const rest = node === undefined ? member : removeWithin(memberType(type.members, name), member, node);
    Object.defineProperty(kept, name, { value: rest, enumerable: true, writable: true, configurable: true });
    isEmpty = false;
  }
  return isEmpty ? null : kept;
}

function removeItems(type: Extract<ApplyType, { kind: 'list' }>, value: unknown, fields: FieldSet): unknown {
  if (!Array.isArray(value) || !isKeyedList(type)) return null;
  const kept: unknown[] = [];
  for (const item of value as readonly unknown[]) {
    const node = fields[elementOrUndefined(type, item) ?? ''];
    if (node !== undefined && isOwned(node)) continue;
    kept.push(node === undefined ? item : removeWithin(type.element, item, node));
  }
  return kept.length > 0 ? kept : null;
}

function isOwned(node: FieldSet): boolean {
  return '.' in node || Object.keys(node).length === 0;
}
