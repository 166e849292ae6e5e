import { expect, test } from 'vitest';
import { toMicroTime, toTime } from './time.ts';

test('times have whole seconds, micro times six digits', () => {
  const date = new Date('2026-01-02T03:04:05.678Z');
  expect(toTime(date)).toBe('2026-01-02T03:04:05Z');
  expect(toMicroTime(date)).toBe('2026-01-02T03:04:05.678000Z');
});
