import type { Json } from '../object.ts';
import type { Codec, DecodeRun, ValueCodec } from './codec.ts';
import { isJsonObject } from './codec.ts';
import { listCodec } from './composite-codecs.ts';
import { canonicalDuration } from './duration-form.ts';
import type { JsonForm } from './json-form.ts';
import { MalformedValue, typeMismatch } from './malformed-value.ts';
import { canonicalQuantity } from './quantity-form.ts';
import { scalarCodecs } from './scalar-codecs.ts';
import { canonicalMicroTime, canonicalTime } from './time-form.ts';

type FormCodec = (goType: string, schemaCodec: () => Codec) => Codec;

/** A Go type with its own `UnmarshalJSON`. None of them is ever empty to `omitempty`: they are structs. */
function opaque(
  goType: string,
  zero: () => Json,
  decode: (value: unknown, run: DecodeRun) => Json,
): ValueCodec {
  return { shape: 'value', goType, zero, decode, isEmpty: () => false };
}

/** A type that is written as a string. */
function textual(zero: Json, canonical: (text: string) => Json): FormCodec {
  return (goType) =>
    opaque(
      goType,
      () => zero,
      (value) => {
        if (typeof value !== 'string') throw typeMismatch(value, 'string');
        return canonical(value);
      },
    );
}

const stringCodec = scalarCodecs['string'] as Codec;
const int32Codec = scalarCodecs['int32'] as Codec;

/** The codec of each JSON form; `schemaCodec` is that of the `JSONSchemaProps` of the same version. */
export const formCodecs: Readonly<Record<JsonForm, FormCodec>> = {
  time: textual(null, canonicalTime),
  microTime: textual(null, canonicalMicroTime),
  duration: textual('0s', canonicalDuration),
  quantity: (goType) =>
    opaque(
      goType,
      () => '0',
      (value) => {
        if (typeof value === 'string') return canonicalQuantity(value.trim());
        // Upstream reads the token, whatever it is; only numbers can be quantities.
        return canonicalQuantity(typeof value === 'number' ? String(value) : JSON.stringify(value));
      },
    ),
  intOrString: (goType) =>
    opaque(
      goType,
      () => 0,
      (value, run) => (typeof value === 'string' ? value : int32Codec.decode(value, run)),
    ),
  rawJson: (goType) =>
    opaque(
      goType,
      () => null,
      // The body was parsed from JSON, so that whatever stands here is JSON.
      (value) => value as Json,
    ),
  stringList: (goType) => ({ ...listCodec(stringCodec), goType }),
  schemaOrBool: (goType, schemaCodec) =>
    opaque(
      goType,
      () => false,
      (value, run) => {
        if (typeof value === 'boolean') return value;
        if (isJsonObject(value)) return schemaCodec().decode(value, run);
        throw new MalformedValue('boolean or JSON schema expected');
      },
    ),
  schemaOrList: (goType, schemaCodec) =>
    opaque(
      goType,
      () => null,
      (value, run) => {
        if (Array.isArray(value))
          return value.length > 0 ? listCodec(schemaCodec()).decode(value, run) : null;
        return isJsonObject(value) ? schemaCodec().decode(value, run) : null;
      },
    ),
  schemaOrStringList: (goType, schemaCodec) =>
    opaque(
      goType,
      () => null,
      (value, run) => {
        if (Array.isArray(value)) return value.length > 0 ? listCodec(stringCodec).decode(value, run) : null;
        return isJsonObject(value) ? schemaCodec().decode(value, run) : null;
      },
    ),
};
