import { expect, test } from 'vitest';
import { MemoryTally, type RoleSample } from './memory-use.ts';

const sample = (
  role: RoleSample['role'],
  residentBytes: number,
  cpuSeconds: Readonly<Record<string, number>> = {},
): RoleSample => ({ role, residentBytes, cpuSeconds: new Map(Object.entries(cpuSeconds)) });

function tallied(...samples: ReadonlyArray<readonly RoleSample[]>) {
  const tally = new MemoryTally();
  for (const each of samples) tally.add(each);
  return tally.result('job');
}

test('before is the first sample, after the last, and peak the highest of all', () => {
  expect(tallied([sample('worker', 200)], [sample('worker', 900)], [sample('worker', 300)])).toEqual([
    { scenario: 'job', role: 'worker', processes: 0, before: 200, peak: 900, after: 300, cpuSeconds: 0 },
  ]);
});

test('processor time from before is not counted, that of processes which ended meanwhile is', () => {
  const [use] = tallied(
    [sample('API server', 1, { a: 100 })],
    [sample('API server', 1, { a: 107 })],
    [sample('API server', 1, { b: 2 })],
    [sample('API server', 1, { b: 3 })],
  );
  expect(use).toMatchObject({ cpuSeconds: 10, processes: 1 });
});

test('a role that is not there any more has nothing after, one that comes later nothing before', () => {
  const [worker, redis] = tallied([sample('worker', 200)], [sample('Redis', 10)]);
  expect(worker).toMatchObject({ before: 200, peak: 200, after: 0 });
  expect(redis).toMatchObject({ before: 0, peak: 10, after: 10 });
});
