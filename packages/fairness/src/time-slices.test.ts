import { expect, test } from 'vitest';
import { createTimeSlices } from './time-slices.ts';

/** An event loop that goes round when the test says so. */
function loop() {
  let next: Array<() => void> = [];
  const round = async (): Promise<void> => {
    const runs = next;
    next = [];
    for (const run of runs) run();
    await Promise.resolve();
  };
  return { afterOthers: (run: () => void) => next.push(run), round };
}

test('each round of the loop has one slice, and keys take turns', async () => {
  const { afterOthers, round } = loop();
  const slices = createTimeSlices({ sliceMs: 2, nowMs: () => 0, afterOthers });
  const ran: string[] = [];
  const work = async (key: string, name: string, count: number): Promise<void> => {
    for (let slice = 0; slice < count; slice++) {
      await slices.turn(key);
      ran.push(name);
    }
  };
  void work('a', 'a1', 3);
  void work('a', 'a2', 3);
  void work('b', 'b1', 2);
  for (let at = 1; at <= 8; at++) {
    await round();
    expect(ran.length).toBe(at);
  }
  expect(ran).toEqual(['a1', 'b1', 'a2', 'b1', 'a1', 'a2', 'a1', 'a2']);
});

test('a slice is over after its time', () => {
  const clock = { ms: 10 };
  const slices = createTimeSlices({ sliceMs: 2, nowMs: () => clock.ms, afterOthers: setImmediate });
  clock.ms = 11.9;
  expect(slices.isOver(10)).toBe(false);
  clock.ms = 12;
  expect(slices.isOver(10)).toBe(true);
});
