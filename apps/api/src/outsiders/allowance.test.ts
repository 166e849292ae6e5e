import { expect, test } from 'vitest';
import { Allowances } from './allowance.ts';

const allowances = () => new Allowances({ burst: 3, perSecond: 2, maxKeys: 2 });

test('a burst is allowed, then so much a second', () => {
  const levels = allowances();
  const taken = (atMs: number) => levels.take('a', 1, atMs);
  expect([0, 0, 0, 0].map(taken)).toEqual([0, 0, 1, 1]);
  expect(taken(1_000)).toBe(1);
  expect(taken(2_000)).toBe(0);
  expect(taken(60_000)).toBe(0);
  expect([60_000, 60_000].map(taken)).toEqual([0, 1]);
});

test('what was taken beyond the allowance is paid back before anything is left', () => {
  const levels = allowances();
  expect(levels.take('a', 13, 0)).toBe(5);
  expect(levels.take('a', 0, 4_999)).toBe(1);
  expect(levels.take('a', 0, 5_001)).toBe(0);
});

test('each key has an allowance of its own', () => {
  const levels = allowances();
  expect(levels.take('a', 4, 0)).toBe(1);
  expect(levels.take('b', 1, 0)).toBe(0);
});
