import { isJsonObject } from '../decode/codec.ts';
import type { Json } from '../object.ts';
import { PatchError } from './patch-error.ts';

/** An object or a list: what a JSON pointer (RFC 6901) steps through. */
export type JsonContainer = { readonly [field: string]: Json } | readonly Json[];

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

/** The document with another container at the place that {@link containerOf} named. Shares what did not change. */
export function withContainer(document: Json, path: string, container: JsonContainer): Json {
  const keys = path.split('/').slice(1, -1);
  const rebuild = (value: Json, depth: number): Json => {
    const key = keys[depth];
    if (key === undefined || !isContainer(value)) return container;
    return replaceAt(value, key, rebuild(stepInto(value, key) ?? null, depth + 1));
  };
  return rebuild(document, 0);
}

/** @throws PatchError for an index that the list does not have. `undefined` for a field that the object does not have. */
export function memberAt(container: JsonContainer, key: string): Json | undefined {
  if (isList(container)) return container[existingIndex(container, key)];
  const name = unescapeKey(key);
  return Object.hasOwn(container, name) ? container[name] : undefined;
}

/** Puts a value in: before the item of an index, at the end for `-`, or as a field. */
export function insertAt(container: JsonContainer, key: string, value: Json): JsonContainer {
  if (!isList(container)) return withMember(container, unescapeKey(key), value);
  if (key === '-') return [...container, value];
  const index = parseIndex(key);
  const at = index < 0 ? index + container.length + 1 : index;
  if (at < 0 || at > container.length) throw invalidIndex(index);
  return container.toSpliced(at, 0, value);
}

export function replaceAt(container: JsonContainer, key: string, value: Json): JsonContainer {
  if (!isList(container)) return withMember(container, unescapeKey(key), value);
  return container.with(existingIndex(container, key), value);
}

/** @throws PatchError if there is nothing to remove. */
export function removeAt(container: JsonContainer, key: string): JsonContainer {
  if (isList(container)) return container.toSpliced(existingIndex(container, key), 1);
  const name = unescapeKey(key);
  if (!Object.hasOwn(container, name)) {
    throw new PatchError('inapplicable', `Unable to remove nonexistent key: ${name}: missing value`);
  }
  return Object.fromEntries(Object.entries(container).filter(([each]) => each !== name));
}

function stepInto(container: JsonContainer, key: string): Json | undefined {
  if (!isList(container)) return memberAt(container, key);
  const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
  return container.at(index);
}

function isContainer(value: Json | undefined): value is JsonContainer {
  return Array.isArray(value) || isJsonObject(value);
}

function isList(container: JsonContainer): container is readonly Json[] {
  return Array.isArray(container);
}

function withMember(object: { readonly [field: string]: Json }, name: string, value: Json): JsonContainer {
  const copy = { ...object };
  Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true });
  return copy;
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
