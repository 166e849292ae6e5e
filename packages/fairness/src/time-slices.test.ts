import { expect, test } from 'vitest';
import { createTimeSlices } from './time-slices.ts';

/** An event loop that goes round when the test says so, on a clock that only work moves. */
function loop() {
  let next: Array<() => void> = [];
  const state = { ms: 0, isContended: false };
  const later: Array<{ readonly ms: number; readonly run: () => void }> = [];
  const round = async (): Promise<void> => {
    const runs = next;
    next = [];
    for (const run of runs) {
      run();
      for (let hop = 0; hop < 5; hop++) await Promise.resolve();
    }
  };
  const slices = createTimeSlices({
    sliceMs: 2,
    nowMs: () => state.ms,
    isContended: () => state.isContended,
    afterOthers: (run) => next.push(run),
    later: (run, ms) => later.push({ ms, run }),
  });
  return { state, later, round, slices };
}

test('each round of the loop has one slice, and keys take turns', async () => {
  const { round, slices } = loop();
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

test('where others are there, a slice of work is followed by a rest, and little work by none', async () => {
  const { state, later, round, slices } = loop();
  state.isContended = true;
  state.ms = 100;
  let ran = 0;
  const work = async (eachMs: number): Promise<void> => {
    for (;;) {
      await slices.turn('a');
      ran++;
      state.ms += eachMs;
    }
  };
  void work(0.5);
  for (let at = 0; at < 4; at++) await round();
  expect([ran, later.map(({ ms }) => ms)]).toEqual([4, [4]]);
  await round();
  expect(ran).toBe(4);
  later.shift()?.run();
  await round();
  expect(ran).toBe(5);
});

test('alone, work goes on without a rest', async () => {
  const { state, later, round, slices } = loop();
  let ran = 0;
  void (async () => {
    for (;;) {
      await slices.turn('a');
      ran++;
      state.ms += 5;
    }
  })();
  for (let at = 0; at < 10; at++) await round();
  expect([ran, later.length]).toEqual([10, 0]);
});

test('a slice is over after its time', () => {
  const { state, slices } = loop();
  state.ms = 11.9;
  expect(slices.isOver(10)).toBe(false);
  state.ms = 12;
  expect(slices.isOver(10)).toBe(true);
});
