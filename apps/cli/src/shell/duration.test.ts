import { expect, test } from 'vitest';
import { durationSeconds } from './duration.ts';

test.each([
  ['90s', 90],
  ['15m', 900],
  ['1h30m', 5400],
  ['30d', 2_592_000],
])('%s is %i seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

test.each(['', '10', '0s', '-1h', '1w', '1h x', 'h'])('%j is no time', (text) => {
  expect(() => durationSeconds(text)).toThrow(/is no time\. Give a number and a unit/);
});
