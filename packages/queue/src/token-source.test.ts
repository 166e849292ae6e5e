import { TokenLeases } from '@berth/fairness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { connectTokenSource } from './token-source.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const nowMs = () => performance.now();
/** Gains nothing that a test would notice. */
const dry = { requestsPerSecond: 0.001, burst: 1_000 };

async function answering(url: string, keyPrefix: string) {
  const source = connectTokenSource({ redisUrl: url, keyPrefix });
  await eventually('Redis answers', () => source.lease('probe', 1, { requestsPerSecond: 1, burst: 1 }));
  return source;
}

async function spendAll(leases: TokenLeases, budget = dry): Promise<number> {
  let spent = 0;
  while ((await leases.spend('a', budget)) === 0) spent++;
  return spent;
}

test('processes that spend at the same time spend one budget together, to the token', async () => {
  const sources = await Promise.all([1, 2, 3].map(() => answering(redis.url, 'together')));
  const processes = sources.map((source) => new TokenLeases({ source, nowMs }));
  const spent = await Promise.all(processes.map((leases) => spendAll(leases)));
  expect(spent.reduce((sum, each) => sum + each, 0)).toBe(1_000);
  for (const source of sources) source.close();
});

test('tokens come back at the rate of the budget, and an unused bucket is forgotten', async () => {
  const source = await answering(redis.url, 'rate');
  const budget = { requestsPerSecond: 1_000, burst: 100 };
  expect(await source.lease('a', 100, budget)).toMatchObject({ tokens: 100 });
  const empty = await source.lease('b', 1, { requestsPerSecond: 0.5, burst: 1 });
  expect(empty.tokens).toBe(1);
  const { tokens, waitMs } = await source.lease('b', 1, { requestsPerSecond: 0.5, burst: 1 });
  expect([tokens, waitMs > 1_900 && waitMs <= 2_000]).toEqual([0, true]);
  await eventually('tokens came back', async () => (await source.lease('a', 10, budget)).tokens === 10);
  const ttl = Number(await redis.command('PTTL', 'rate:tokens:a'));
  expect(ttl > 0 && ttl <= 1_101).toBe(true);
  source.close();
});

test('what is given back is there again, and never more than the burst', async () => {
  const source = await answering(redis.url, 'back');
  expect((await source.lease('a', 600, dry)).tokens).toBe(600);
  source.giveBack('a', 200, dry);
  expect((await source.lease('a', 1_000, dry)).tokens).toBe(600);
  source.giveBack('a', 5_000, dry);
  expect((await source.lease('a', 5_000, dry)).tokens).toBe(1_000);
  source.close();
});

test('while Redis is away each process spends by itself, and together again when it is back', async () => {
  const lone = await startTestRedis();
  const sources = await Promise.all([1, 2].map(() => answering(lone.url, 'away')));
  const processes = sources.map((source) => new TokenLeases({ source, nowMs }));
  await lone.kill();
  await eventually('the loss is noticed', () =>
    Promise.all(
      sources.map((source) =>
        source.lease('probe', 1, dry).then(
          () => false,
          () => true,
        ),
      ),
    ).then((lost) => lost.every(Boolean)),
  );
  expect(await Promise.all(processes.map((leases) => spendAll(leases)))).toEqual([1_000, 1_000]);

  await lone.startAgain({ empty: true });
  await eventually('both sources answer', () =>
    Promise.all(sources.map((source) => source.lease('probe', 1, dry))),
  );
  const again = [1, 2].map((_, index) => new TokenLeases({ source: sources[index] ?? sources[0]!, nowMs }));
  const spent = await Promise.all(again.map((leases) => spendAll(leases)));
  expect(spent.reduce((sum, each) => sum + each, 0)).toBe(1_000);
  for (const source of sources) source.close();
  await lone.stop();
});
