import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBookmarkClock } from './bookmark-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new Promise<string>(() => undefined);

test('a bookmark is due every minute', async () => {
  const clock = createBookmarkClock(true);
  for (let minute = 0; minute < 3; minute += 1) {
    const waiting = clock.raceWith(never);
    vi.advanceTimersByTime(60_000);
    expect(await waiting).toBe('due');
  }
  clock.stop();
});

test('what comes before the bookmark is told at once', async () => {
  const clock = createBookmarkClock(true);
  expect(await clock.raceWith(Promise.resolve('change'))).toBe('change');
  await expect(clock.raceWith(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  clock.stop();
});

test('a bookmark that fell due while nobody waited is told to the next who does', async () => {
  const clock = createBookmarkClock(true);
  vi.advanceTimersByTime(150_000);
  expect(await clock.raceWith(Promise.resolve('change'))).toBe('due');
  expect(await clock.raceWith(Promise.resolve('change'))).toBe('change');
  clock.stop();
});

test('nothing is due for those who want no bookmarks', async () => {
  const clock = createBookmarkClock(false);
  vi.advanceTimersByTime(600_000);
  expect(await clock.raceWith(Promise.resolve('change'))).toBe('change');
  expect(vi.getTimerCount()).toBe(0);
});
