import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { startTickScheduler } from './tick-scheduler.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** Three processes' worth of schedulers that count the runs of one tick. */
function threeSchedulers(settings: { redisUrl: string; keyPrefix: string }) {
  const runs: number[] = [];
  const schedulers = [0, 1, 2].map((process) =>
    startTickScheduler({
      ...settings,
      ticks: [
        {
          name: 'beat',
          everyMs: 100,
          run: async () => {
            runs.push(process);
          },
        },
      ],
    }),
  );
  return { runs, close: () => Promise.all(schedulers.map((scheduler) => scheduler.close())) };
}

test('one process acts per tick however many there are', async () => {
  const startedAt = Date.now();
  const { runs, close } = threeSchedulers({ redisUrl: redis.url, keyPrefix: 'once' });
  await eventually('twenty ticks ran', () => runs.length >= 20);
  const periods = (Date.now() - startedAt) / 100;
  await close();
  // Each tick once: no more runs than periods, and one for the very first.
  expect(runs.length).toBeLessThanOrEqual(Math.ceil(periods) + 1);
});

test('a wiped Redis has its schedule again soon', async () => {
  const { runs, close } = threeSchedulers({ redisUrl: redis.url, keyPrefix: 'wiped' });
  await eventually('the tick runs', () => runs.length >= 2);
  await redis.wipe();
  const before = runs.length;
  await eventually('the tick runs again', () => runs.length >= before + 3);
  await close();
});

test('a schedule whose next run was taken and never planned on is put right', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'stuck' };
  const first = threeSchedulers(settings);
  await eventually('the tick runs', () => first.runs.length >= 2);
  await first.close();
  // What is left when a process dies between taking a run and planning the one after it.
  await redis.command('DEL', 'stuck:{ticks}:delayed', 'stuck:{ticks}:wait', 'stuck:{ticks}:active');

  const second = threeSchedulers(settings);
  await eventually('the tick runs again', () => second.runs.length >= 3);
  await second.close();
});

test('a tick that throws is reported and comes again', async () => {
  let runs = 0;
  const errors: string[] = [];
  const scheduler = startTickScheduler({
    redisUrl: redis.url,
    keyPrefix: 'broken',
    onError: (error) => errors.push(error.message),
    ticks: [
      {
        name: 'broken',
        everyMs: 50,
        run: async () => {
          runs++;
          throw new Error(`broken ${runs}`);
        },
      },
    ],
  });
  await eventually('it ran three times', () => runs >= 3);
  await scheduler.close();
  expect(errors.slice(0, 2)).toEqual(['broken 1', 'broken 2']);
});
