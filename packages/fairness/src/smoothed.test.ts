import { expect, test } from 'vitest';
import { Smoothed } from './smoothed.ts';

test('one outlier among small samples stays small, and is forgotten', () => {
  const smoothed = new Smoothed();
  for (let round = 0; round < 20; round++) smoothed.add(2);
  expect(smoothed.add(40)).toBeLessThan(12);
  for (let round = 0; round < 20; round++) smoothed.add(2);
  expect(smoothed.add(2)).toBeCloseTo(2, 0);
});

test('samples that are large again and again are what it says after a few', () => {
  const smoothed = new Smoothed();
  const seen = Array.from({ length: 10 }, () => smoothed.add(40));
  expect(seen[0]).toBe(10);
  expect(seen.at(-1)).toBeGreaterThan(36);
});
