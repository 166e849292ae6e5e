import { expect, test } from 'vitest';
import { warningHeaders } from './warning-header.ts';

test('a warning is said once, and cannot end its header', () => {
  expect(warningHeaders(['a "b\\"\r\nSet-Cookie: x', 'é€', 'é€'])).toEqual([
    String.raw`299 - "a \"b\\\"  Set-Cookie: x"`,
    '299 - "??"',
  ]);
});

test('warnings that fit are said whole', () => {
  const texts = ['a'.repeat(2_000), 'b'.repeat(2_000)];
  expect(warningHeaders(texts)).toEqual(texts.map((text) => `299 - "${text}"`));
});

test('of long and many warnings as much is said as clients take', () => {
  const texts = Array.from({ length: 1_000 }, (_, n) => `${n} `.padEnd(10_000, 'x'));
  const headers = warningHeaders(texts);
  expect(headers).toHaveLength(16);
  expect(headers[0]).toBe(`299 - "${'0 '.padEnd(256, 'x')}"`);
});
