import { isJsonObject, setMember } from '../decode/codec.ts';
import type { Json } from '../object.ts';

/** JSON merge patch (RFC 7386). Neither argument is changed; the result may share parts with both. */
export function mergePatch(target: unknown, patch: unknown): Json {
  // Both come from parsed JSON.
  if (!isJsonObject(patch)) return patch as Json;
  const merged: Record<string, Json> = isJsonObject(target) ? { ...(target as Record<string, Json>) } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else setMember(merged, name, mergePatch(Object.hasOwn(merged, name) ? merged[name] : undefined, value));
  }
  return merged;
}
