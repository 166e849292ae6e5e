import { type Codec, isJsonObject } from '../decode/codec.ts';
import { typeMismatch } from '../decode/malformed-value.ts';

/**
 * A value with what is in it in canonical form, and nothing added or left out.
 *
 * @throws MalformedValue
 */
export function canonicalValues(codec: Codec, value: unknown): unknown {
  if (value === null) return null;
  if (codec.shape === 'value') return codec.decode(value, { sawUnknownField: true });
  if (codec.shape === 'list') {
    if (!Array.isArray(value)) throw typeMismatch(value, codec.goType);
    return value.map((item: unknown) => canonicalValues(codec.element, item));
  }
  if (!isJsonObject(value)) throw typeMismatch(value, codec.goType);
  const members = Object.entries(value).map(([name, member]) => {
    const type = codec.shape === 'map' ? codec.element : codec.byName.get(name)?.type;
    return [name, type ? canonicalValues(type, member) : member] as const;
  });
  return Object.fromEntries(members);
}
