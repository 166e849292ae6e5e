import { canonicalBase64 } from './base64-form.ts';
import type { ValueCodec } from './codec.ts';
import { numberMismatch, typeMismatch } from './malformed-value.ts';

const stringCodec: ValueCodec = {
  shape: 'value',
  goType: 'string',
  zero: () => '',
  isEmpty: (value) => value === '',
  decode: (value) => {
    if (typeof value !== 'string') throw typeMismatch(value, 'string');
    return value;
  },
};

const boolCodec: ValueCodec = {
  shape: 'value',
  goType: 'bool',
  zero: () => false,
  isEmpty: (value) => value === false,
  decode: (value) => {
    if (typeof value !== 'boolean') throw typeMismatch(value, 'bool');
    return value;
  },
};

function integerCodec(goType: string, min: number, max: number): ValueCodec {
  return {
    shape: 'value',
    goType,
    zero: () => 0,
    isEmpty: (value) => value === 0,
    decode: (value) => {
      if (typeof value !== 'number') throw typeMismatch(value, goType);
      if (!Number.isInteger(value) || value < min || value > max) throw numberMismatch(value, goType);
      return value;
    },
  };
}

const doubleCodec: ValueCodec = {
  shape: 'value',
  goType: 'float64',
  zero: () => 0,
  isEmpty: (value) => value === 0,
  decode: (value) => {
    if (typeof value !== 'number') throw typeMismatch(value, 'float64');
    if (!Number.isFinite(value)) throw numberMismatch(value, 'float64');
    return value;
  },
};

const bytesCodec: ValueCodec = {
  shape: 'value',
  goType: '[]uint8',
  zero: () => null,
  isEmpty: (value) => value === '',
  decode: (value) => {
    if (typeof value !== 'string') throw typeMismatch(value, '[]uint8');
    return canonicalBase64(value);
  },
};

/** Integers that JavaScript cannot hold are refused rather than rounded. */
export const scalarCodecs: Readonly<Record<string, ValueCodec>> = {
  string: stringCodec,
  bool: boolCodec,
  int32: integerCodec('int32', -(2 ** 31), 2 ** 31 - 1),
  int64: integerCodec('int64', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  uint32: integerCodec('uint32', 0, 2 ** 32 - 1),
  uint64: integerCodec('uint64', 0, Number.MAX_SAFE_INTEGER),
  double: doubleCodec,
  bytes: bytesCodec,
};
