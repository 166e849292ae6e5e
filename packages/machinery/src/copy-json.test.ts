import { expect, it } from 'vitest';
import { copyJson } from './copy-json.ts';

it.each([null, true, 7, 'text', [], {}, [1, [2, { a: null }]], { a: { b: ['c'] } }].map((value) => [value]))(
  'copies %j',
  (value) => expect(copyJson(value)).toEqual(value),
);

it('shares nothing with the value, and leaves out what is undefined', () => {
  const value = { list: [{ a: 1 }], map: { b: 2 }, nothing: undefined };
  const copy = copyJson(value);
  expect(Object.keys(copy)).toEqual(['list', 'map']);
  copy.list[0] = { a: 9 };
  copy.map.b = 9;
  expect(value).toEqual({ list: [{ a: 1 }], map: { b: 2 }, nothing: undefined });
});

it('keeps a key that JavaScript has a meaning of its own for', () => {
  const value: unknown = JSON.parse('{"__proto__": {"a": "b"}}');
  expect(JSON.stringify(copyJson(value))).toBe('{"__proto__":{"a":"b"}}');
});
