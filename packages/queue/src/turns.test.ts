import { once } from 'node:events';
import { fork } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { createTurnQueue } from './turn-queue.ts';
import { startTurnWorker } from './turn-worker.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** A handler that holds each turn until it is let go, and records how turns overlapped. */
function heldTurns() {
  const started: string[] = [];
  const running = new Map<string, number>();
  const holds: Array<() => void> = [];
  let mostAtOnce = 0;
  return {
    started,
    mostAtOnce: () => mostAtOnce,
    waiting: () => holds.length,
    letOneGo: () => holds.shift()?.(),
    handler: async (clusterId: string): Promise<void> => {
      started.push(clusterId);
      const now = (running.get(clusterId) ?? 0) + 1;
      running.set(clusterId, now);
      mostAtOnce = Math.max(mostAtOnce, now);
      await new Promise<void>((resolve) => holds.push(resolve));
      running.set(clusterId, (running.get(clusterId) ?? 1) - 1);
    },
  };
}

test('any number of requests while a turn runs make exactly one more turn, and never two at once', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'single' };
  const queue = createTurnQueue(settings);
  const turns = heldTurns();
  const workers = [1, 2].map(() => startTurnWorker({ ...settings, concurrency: 4, handler: turns.handler }));
  queue.request('a');
  await eventually('the first turn runs', () => turns.waiting() === 1);
  for (let round = 0; round < 5; round++) await queue.requestAgain(['a']);
  turns.letOneGo();
  await eventually('the second turn runs', () => turns.started.length === 2 && turns.waiting() === 1);
  turns.letOneGo();
  await eventually('nothing is left', async () => (await keyCount('single:{turns}:de:a')) === 0);

  queue.request('a');
  await eventually('a later request makes a turn of its own', () => turns.waiting() === 1);
  turns.letOneGo();
  expect(turns.started).toEqual(['a', 'a', 'a']);
  expect(turns.mostAtOnce()).toBe(1);
  await Promise.all([queue.close(), ...workers.map((worker) => worker.close())]);
});

test('a cluster that always has more work takes turns with the others', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'fair' };
  const queue = createTurnQueue(settings);
  const order: string[] = [];
  await queue.requestAgain(['huge', 'small-1', 'small-2']);
  const worker = startTurnWorker({
    ...settings,
    concurrency: 1,
    handler: async (clusterId) => {
      order.push(clusterId);
      if (clusterId === 'huge' && order.length < 10) await queue.requestAgain(['huge']);
    },
  });
  await eventually('all had their turn', () => order.includes('small-2'));
  expect(order.slice(0, 3)).toEqual(['huge', 'small-1', 'small-2']);
  await Promise.all([queue.close(), worker.close()]);
});

test('a handler that throws ends its turn alone: the cluster can be asked for again, others go on', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'throws' };
  const queue = createTurnQueue(settings);
  const seen: string[] = [];
  const worker = startTurnWorker({
    ...settings,
    concurrency: 1,
    handler: async (clusterId) => {
      seen.push(clusterId);
      if (seen.length === 1) throw new Error('broken');
    },
  });
  await queue.requestAgain(['a', 'b']);
  await eventually('both ran', () => seen.length === 2);
  await queue.requestAgain(['a']);
  await eventually('the first runs again', () => seen.length === 3);
  expect(seen).toEqual(['a', 'b', 'a']);
  await Promise.all([queue.close(), worker.close()]);
});

test('a Redis wiped under a running worker takes requests again at once', async () => {
  const lone = await startTestRedis();
  const settings = { redisUrl: lone.url };
  const queue = createTurnQueue(settings);
  const turns = heldTurns();
  const worker = startTurnWorker({ ...settings, concurrency: 2, handler: turns.handler });
  await queue.requestAgain(['a']);
  await eventually('a turn runs', () => turns.waiting() === 1);
  await lone.wipe();
  await queue.requestAgain(['b']);
  await eventually('another cluster gets its turn', () => turns.waiting() === 2);
  turns.letOneGo();
  turns.letOneGo();
  await queue.requestAgain(['a']);
  await eventually('the first cluster gets one, too', () => turns.waiting() === 1);
  turns.letOneGo();
  expect(turns.started).toEqual(['a', 'b', 'a']);
  await Promise.all([queue.close(), worker.close()]);
  await lone.stop();
});

test('a Redis killed and started empty under a running worker takes requests again', async () => {
  const lone = await startTestRedis();
  const settings = { redisUrl: lone.url };
  const queue = createTurnQueue(settings);
  const seen: string[] = [];
  const worker = startTurnWorker({
    ...settings,
    concurrency: 2,
    handler: async (clusterId) => {
      seen.push(clusterId);
    },
  });
  await queue.requestAgain(['a']);
  await eventually('a turn ran', () => seen.length === 1);
  await lone.kill();
  await lone.startAgain({ empty: true });
  queue.request('b');
  await eventually('a turn ran after the outage', () => seen.includes('b'));
  await Promise.all([queue.close(), worker.close()]);
  await lone.stop();
});

test('a worker killed in the middle of a turn blocks its cluster only until its lock runs out', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'killed' };
  const queue = createTurnQueue(settings);
  await queue.requestAgain(['a']);
  const victim = fork(new URL('../../../test/support/stuck-turn-worker.ts', import.meta.url), {
    env: { ...process.env, REDIS_URL: redis.url, KEY_PREFIX: 'killed' },
  });
  await once(victim, 'message');
  victim.kill('SIGKILL');
  await once(victim, 'exit');

  // Asked for while the dead worker still holds the turn: remembered, not lost.
  await queue.requestAgain(['a']);
  const seen: string[] = [];
  const worker = startTurnWorker({
    ...settings,
    concurrency: 1,
    handler: async (clusterId) => {
      seen.push(clusterId);
    },
  });
  await eventually('the turn of the dead worker and the remembered one ran', () => seen.length === 2, 25_000);
  await Promise.all([queue.close(), worker.close()]);
});

test('a request whose place in the queue was lost does not swallow later ones for ever', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'partial' };
  const queue = createTurnQueue(settings);
  await queue.requestAgain(['a']);
  const jobId = String(await redis.command('GET', 'partial:{turns}:de:a'));
  await redis.command('DEL', 'partial:{turns}:wait');
  await redis.command('HSET', `partial:{turns}:${jobId}`, 'timestamp', String(Date.now() - 60_000));

  const seen: string[] = [];
  const worker = startTurnWorker({
    ...settings,
    concurrency: 1,
    handler: async (clusterId) => {
      seen.push(clusterId);
    },
  });
  await queue.requestAgain(['a']);
  await eventually('the cluster had its turn', () => seen.length === 1);
  await Promise.all([queue.close(), worker.close()]);
});

test('a worker can be closed while Redis is away', async () => {
  const lone = await startTestRedis();
  const worker = startTurnWorker({ redisUrl: lone.url, concurrency: 1, handler: async () => undefined });
  const queue = createTurnQueue({ redisUrl: lone.url });
  await queue.requestAgain(['a']);
  await lone.kill();
  await Promise.all([worker.close(500), queue.close()]);
  await lone.stop();
});

async function keyCount(key: string): Promise<number> {
  return Number(await redis.command('EXISTS', key));
}
