import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMillis,
  quantityUnits,
  subtractQuantities,
} from './quantity.ts';

describe('quantities have one canonical form', () => {
  test.each([
    ['0', '0'],
    ['0Mi', '0'],
    ['-0', '0'],
    ['1000m', '1'],
    ['0.1', '100m'],
    ['1.5', '1500m'],
    ['1500m', '1500m'],
    ['+2', '2'],
    ['001', '1'],
    ['1.', '1'],
    ['.5', '500m'],
    ['1024', '1024'],
    ['1024Ki', '1Mi'],
    ['1536Mi', '1536Mi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['0.5Mi', '512Ki'],
    ['1000k', '1M'],
    ['1e3', '1e3'],
    ['12e4', '120e3'],
    ['1E6', '1e6'],
    ['1e-3', '1e-3'],
    ['1E', '1E'],
    ['0.0000000001', '1n'],
    ['-0.0000000001', '-1n'],
    ['1.0000000001', '1000000001n'],
    ['-1.5Gi', '-1536Mi'],
    ['16Ei', '9223372036854775807'],
    ['100000E', '100000E'],
    ['123456789012345678901', '123456789012345678901'],
  ])('%s is %s', (text, canonical) => {
    expect(formatQuantity(parseQuantity(text))).toBe(canonical);
  });

  test('the canonical form is a fixed point', () => {
    const suffix = fc.constantFrom(
      '',
      'n',
      'u',
      'm',
      'k',
      'M',
      'G',
      'T',
      'Ki',
      'Mi',
      'Gi',
      'Ti',
      'e3',
      'e-3',
    );
    const number = fc.tuple(fc.integer(), fc.option(fc.nat(999_999)), suffix);
    fc.assert(
      fc.property(number, ([whole, fraction, unit]) => {
        const canonical = formatQuantity(
          parseQuantity(`${whole}${fraction === null ? '' : `.${fraction}`}${unit}`),
        );
        expect(formatQuantity(parseQuantity(canonical))).toBe(canonical);
      }),
    );
  });
});

describe('what is no quantity is refused in upstream words', () => {
  const format =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const suffix = "unable to parse quantity's suffix";
  test.each([
    ['', format],
    ['abc', format],
    ['1 Gi', format],
    ['1.2.3', format],
    ['1GB', format],
    ['1KI', format],
    ['1ki', suffix],
    ['1mi', suffix],
    ['1e', suffix],
    ['1e99999999999', suffix],
  ])('%j', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(
      expect.objectContaining({ code: 'MalformedQuantity', message }),
    );
  });
});

test('arithmetic is exact and keeps the format of the first that is not zero', () => {
  expect(formatQuantity(addQuantities('100m', '0.2'))).toBe('300m');
  expect(formatQuantity(addQuantities('1Gi', '1'))).toBe('1073741825');
  expect(formatQuantity(addQuantities('0', '1Gi'))).toBe('1Gi');
  expect(formatQuantity(subtractQuantities('1', '999m'))).toBe('1m');
  expect(formatQuantity(subtractQuantities('1', '2'))).toBe('-1');
});

test('quantities compare by value', () => {
  expect(['2', '1500m', '1Ki', '1k'].sort(compareQuantities)).toEqual(['1500m', '2', '1k', '1Ki']);
  expect(compareQuantities('1', '1000m')).toBe(0);
});

test('whole units and thousandths round away from zero', () => {
  expect([quantityUnits('100m'), quantityUnits('-100m'), quantityUnits('1Gi')]).toEqual([1, -1, 1073741824]);
  expect([quantityMillis('1u'), quantityMillis('1.5'), quantityMillis('-1u')]).toEqual([1, 1500, -1]);
});
