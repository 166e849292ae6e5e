import { connectTokenSource, type RedisTokenSource } from '@berth/queue';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../../test/support/redis.ts';

/** Nothing comes back while a test runs. */
const fairShare = {
  requestsPerSecond: 0.001,
  requestBurst: 40,
  inFlight: 300,
  watches: 10,
  processSeats: 600,
};
const answering = { requestsPerSecond: 1_000, burst: 1 };

let redis: TestRedis;
let sources: RedisTokenSource[];
let servers: TestApi[];
beforeEach(async () => {
  redis = await startTestRedis();
  sources = [1, 2].map(() => connectTokenSource({ redisUrl: redis.url }));
  // Each has a database of its own; what they share is the tenants' names, and so their budgets.
  servers = await Promise.all(sources.map((tokenSource) => startTestApi({ tokenSource, fairShare })));
  await eventually('both reach Redis', () =>
    Promise.all(sources.map((source) => source.lease('probe', 1, answering))),
  );
});
afterEach(async () => {
  await Promise.all(servers.map((api) => api.close()));
  for (const source of sources) source.close();
  await redis.stop();
});

/** Sends requests of one tenant until one is refused. @returns how many were served */
async function spend(api: TestApi, as: string): Promise<number> {
  for (let served = 0; ; served++) {
    const { status } = await api.send('GET', '/api/v1/namespaces/x', { as });
    if (status === 429) return served;
    expect(status).toBe(404);
  }
}
const spendAll = (as: string) => Promise.all(servers.map((api) => spend(api, as)));
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

test('two API servers serve a tenant its budget, not each of them', async () => {
  expect(sum(await spendAll('default'))).toBe(40);
  expect(sum(await spendAll('neighbour'))).toBe(40);
});

test('without Redis requests are served, by each server within the budget, and together again when it is back', async () => {
  await redis.kill();
  expect(await spendAll('default')).toEqual([40, 40]);
  await redis.startAgain({ empty: true });
  await eventually('both reach Redis again', () =>
    Promise.all(sources.map((source) => source.lease('probe', 1, answering))),
  );
  expect(sum(await spendAll('neighbour'))).toBe(40);
});
