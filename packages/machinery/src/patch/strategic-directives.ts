import { isJsonObject } from '../decode/codec.ts';

/** A parsed JSON object that is being put together. */
export type JsonObject = Record<string, unknown>;

/** `replace`, `delete`, or (in a list's item) `merge`. */
export const patchDirective = '$patch';
/** The only fields of an object that stay. */
export const retainKeysDirective = '$retainKeys';
/** Before a list's name: its order. */
export const setElementOrderPrefix = '$setElementOrder/';
/** Before the name of a list of scalars: what is taken from it. */
export const deleteFromListPrefix = '$deleteFromPrimitiveList/';

/**
 * A patch value that meets nothing to merge with, without what is a directive. `undefined` if all of it is.
 * Upstream takes out only `$patch`: the others cannot stand there.
 */
export function removeDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(removeDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, patchDirective)) return undefined;
  const kept: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const rest = removeDirectives(member);
    if (rest !== undefined) defineMember(kept, name, rest);
  }
  return kept;
}

/** A patch value without members that are null: there is nothing that they could delete. */
export function discardNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(discardNulls);
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== null) defineMember(kept, name, discardNulls(member));
  }
  return kept;
}

function defineMember(object: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
