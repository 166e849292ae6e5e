import { expect, test } from 'vitest';
import { semanticEqual } from './semantic-equal.ts';

test.each([
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
  [{ a: [] }, {}, true],
  [{}, { a: null }, true],
  [{ a: undefined }, {}, true],
  [{ a: {} }, {}, false],
  [{ a: 0 }, {}, false],
  [{ a: '' }, {}, false],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [[1], { 0: 1 }, false],
  ['1', 1, false],
])('%j and %j', (left, right, expected) => {
  expect(semanticEqual(left, right)).toBe(expected);
  expect(semanticEqual(right, left)).toBe(expected);
});
