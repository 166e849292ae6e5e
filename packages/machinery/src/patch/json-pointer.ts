import { isJsonObject } from '../decode/codec.ts';
import type { Json } from '../object.ts';
import { PatchError } from './patch-error.ts';

/** An object or a list: what a JSON pointer (RFC 6901) steps through. The functions here change it in place. */
export type JsonContainer = Record<string, Json> | Json[];

/** Where the last key of a path stands; `undefined` if the document does not have it. */
export function containerOf(document: Json, path: string): JsonContainer | undefined {
  if (typeof path !== 'string' || !path.startsWith('/')) return undefined;
  let value: Json | undefined = document;
  for (const key of path.split('/').slice(1, -1)) {
    if (!isContainer(value)) return undefined;
    value = stepInto(value, key);
  }
  return isContainer(value) ? value : undefined;
}

/** @throws PatchError for an index that the list does not have. `undefined` for a field that the object does not have. */
export function memberAt(container: JsonContainer, key: string): Json | undefined {
  if (isList(container)) return container[existingIndex(container, key)];
  const name = unescapeKey(key);
  return Object.hasOwn(container, name) ? container[name] : undefined;
}

/** Puts a value in: before the item of an index, at the end for `-`, or as a field. @throws PatchError */
export function insertAt(container: JsonContainer, key: string, value: Json): void {
  if (!isList(container)) return setMember(container, unescapeKey(key), value);
  if (key === '-') {
    container.push(value);
    return;
  }
  const index = parseIndex(key);
  const at = index < 0 ? index + container.length + 1 : index;
  if (at < 0 || at > container.length) throw invalidIndex(index);
  container.splice(at, 0, value);
}

/** @throws PatchError for an index that the list does not have. */
export function replaceAt(container: JsonContainer, key: string, value: Json): void {
  if (!isList(container)) return setMember(container, unescapeKey(key), value);
  container[existingIndex(container, key)] = value;
}

/** @throws PatchError if there is nothing to remove. */
export function removeAt(container: JsonContainer, key: string): void {
  if (isList(container)) {
    container.splice(existingIndex(container, key), 1);
    return;
  }
  const name = unescapeKey(key);
  if (!Object.hasOwn(container, name)) {
    throw new PatchError('inapplicable', `Unable to remove nonexistent key: ${name}: missing value`);
  }
  delete container[name];
}

function stepInto(container: JsonContainer, key: string): Json | undefined {
  if (!isList(container)) return memberAt(container, key);
  const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
  return container.at(index);
}

function isContainer(value: Json | undefined): value is JsonContainer {
  return Array.isArray(value) || isJsonObject(value);
}

function isList(container: JsonContainer): container is Json[] {
  return Array.isArray(container);
}

function setMember(object: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

function existingIndex(list: readonly Json[], key: string): number {
  const index = parseIndex(key);
  const at = index < 0 ? index + list.length : index;
  if (at < 0 || at >= list.length) throw invalidIndex(index);
  return at;
}

function parseIndex(key: string): number {
  if (/^[-+]?\d{1,9}$/.test(key)) return Number(key);
  throw new PatchError('inapplicable', `value was not a proper array index: '${key}'`);
}

function invalidIndex(index: number): PatchError {
  return new PatchError('inapplicable', `Unable to access invalid index: ${index}: invalid index referenced`);
}

function unescapeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
