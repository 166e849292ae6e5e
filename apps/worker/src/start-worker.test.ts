import { randomUUID } from 'node:crypto';
import type { ConfigMap } from '@berth/kinds';
import type { OutboxRecord } from '@berth/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { createTestDatabase } from '../../../test/support/postgres.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { type ClusterClient, createTestCluster } from './testing/cluster-client.ts';
import { configMap, copier } from './testing/copier.ts';
import { withInstance } from './testing/test-instance.ts';
import { startTestWorker } from './testing/test-worker.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

async function copies(cluster: ClusterClient): Promise<string[]> {
  const found = await cluster.list<ConfigMap>('configmaps', 'default');
  return found.flatMap(({ data }) => data?.['of'] ?? []).toSorted();
}

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index}`).toSorted();

test('what was written before a worker ran, and what is written while it runs, gets its turn', () =>
  withInstance(redis, async ({ store, connection }) => {
    const early = await createTestCluster(store, 'early');
    await early.create(configMap('source', { copy: 'early' }));
    await redis.wipe();
    const worker = await startTestWorker({ ...connection, reconcilers: [copier] });
    await eventually('the sweep found it', async () => (await copies(early)).length === 1);

    const late = await createTestCluster(store, 'late');
    await late.create(configMap('source', { copy: 'late' }));
    await eventually('the write was followed by a turn', async () => (await copies(late)).length === 1);
    await worker.close();
  }));

test('three workers and a Redis that is wiped again and again do each piece of work once', () =>
  withInstance(redis, async ({ store, connection }) => {
    const workers = await Promise.all(
      [1, 2, 3].map(() => startTestWorker({ ...connection, reconcilers: [copier] })),
    );
    const clusters = await Promise.all(
      Array.from({ length: 6 }, (_, index) => createTestCluster(store, `wiped-${index}`)),
    );
    for (let round = 0; round < 30; round++) {
      if (round % 5 === 4) await redis.wipe();
      await Promise.all(
        clusters.map((cluster) => cluster.create(configMap(`source-${round}`, { copy: `${round}` }))),
      );
    }
    for (const cluster of clusters) {
      await eventually('everything is copied', async () => (await copies(cluster)).length >= 30);
      expect(await copies(cluster)).toEqual(numbers(30));
    }
    await Promise.all(workers.map((worker) => worker.close()));
  }));

test('a cluster with a large backlog delays another by a turn or two, not by its backlog', () =>
  withInstance(redis, async ({ store, connection }) => {
    const huge = await createTestCluster(store, 'huge');
    const small = await createTestCluster(store, 'small');
    await Promise.all(
      numbers(600).map((number) => huge.create(configMap(`source-${number}`, { copy: number }))),
    );
    const worker = await startTestWorker({
      ...connection,
      reconcilers: [copier],
      turnConcurrency: 1,
      turnSize: { maxWrites: 20 },
    });
    const turnsOf = (cluster: string) =>
      worker.lines.filter((line) => line['cluster'] === cluster && line['msg'] === 'turn committed').length;
    await eventually('the backlog is being worked off', () => turnsOf('huge') >= 3);
    await small.create(configMap('source', { copy: 'small' }));
    const before = turnsOf('huge');
    await eventually('the other cluster had its turn', async () => (await copies(small)).length === 1);
    expect(turnsOf('huge') - before).toBeLessThanOrEqual(4);
    expect((await copies(huge)).length).toBeLessThan(600);
    await worker.close();
  }));

test('a tenant held to one turn at a time has the work of all its clusters done', () =>
  withInstance(redis, async ({ store, connection }) => {
    const clusters = await Promise.all(
      numbers(20).map((number) => createTestCluster(store, `one-${number}`)),
    );
    const worker = await startTestWorker({ ...connection, reconcilers: [copier], tenantTurnConcurrency: 1 });
    await Promise.all(clusters.map((cluster) => cluster.create(configMap('source', { copy: 'x' }))));
    await eventually('each has its copy', async () =>
      (await Promise.all(clusters.map(copies))).every((found) => found.length === 1),
    );
    await worker.close();
  }));

test('timers that come due are dispatched, whoever set them', () =>
  withInstance(redis, async ({ store, connection }) => {
    const clock = { offsetMs: 0 };
    const now = (): Date => new Date(Date.now() + clock.offsetMs);
    const runs: string[] = [];
    const nightly = {
      name: 'nightly',
      keysOf: () => [],
      reconcile: (key: { name: string }) => {
        runs.push(key.name);
        return [];
      },
    };
    const cluster = await createTestCluster(store, 'nightly');
    await store.cluster(cluster.clusterId).commitTurn({
      expectedCursor: 0,
      cursor: 0,
      coversOwnWrites: false,
      writes: [],
      setTimers: [{ key: 'nightly|configmaps|default|at-midnight', dueAt: new Date(Date.now() + 3_600_000) }],
      clearTimers: [],
      outbox: [],
      claims: [],
      releases: [],
    });
    const workers = await Promise.all(
      [1, 2].map(() => startTestWorker({ ...connection, reconcilers: [nightly], now })),
    );
    await eventually(
      'the new cluster had its first turn',
      async () => (await store.clustersWithWork(now(), 10)).length === 0,
    );
    expect(runs).toEqual([]);
    clock.offsetMs = 3_600_000;
    await eventually('the timer ran', () => runs.length > 0);
    await eventually('the timer is gone', async () => !(await store.cluster(cluster.clusterId).nextTimer()));
    await Promise.all(workers.map((worker) => worker.close()));
  }));

test('outbox messages are delivered until their consumer takes them', () =>
  withInstance(redis, async ({ store, connection }) => {
    const clock = { offsetMs: 0 };
    await store.cluster('system').commitTurn({
      expectedCursor: 0,
      cursor: 0,
      coversOwnWrites: false,
      writes: [],
      setTimers: [],
      clearTimers: [],
      outbox: [
        { topic: 'mail', payload: { to: 'a' } },
        { topic: 'unknown', payload: {} },
      ],
      claims: [],
      releases: [],
    });
    const taken: OutboxRecord[] = [];
    const worker = await startTestWorker({
      ...connection,
      reconcilers: [],
      now: () => new Date(Date.now() + clock.offsetMs),
      outboxConsumers: new Map([
        [
          'mail',
          async (message: OutboxRecord) => {
            taken.push(message);
            if (taken.length === 1) throw new Error('mailbox full');
          },
        ],
      ]),
    });
    await eventually('the first try was made', () => taken.length === 1);
    clock.offsetMs = 60_000;
    await eventually('it was tried again', () => taken.length === 2);
    expect(taken.map(({ payload, attempts }) => [payload, attempts])).toEqual([
      [{ to: 'a' }, 1],
      [{ to: 'a' }, 2],
    ]);
    const far = new Date(Date.now() + 3_600_000);
    await eventually('only the message without a consumer is left', async () => {
      const left = await store.outbox.take(far, { limit: 10, redeliverAfterMs: 1 });
      return left.length === 1 && left[0]?.topic === 'unknown';
    });
    await worker.close();
  }));

test('a turn that fails in one cluster leaves the others alone, and is told in one line', () =>
  withInstance(redis, async ({ store, connection }) => {
    await createTestCluster(store, 'broken');
    const sound = await createTestCluster(store, 'sound');
    const worker = await startTestWorker({ ...connection, reconcilers: [copier], turnConcurrency: 1 });
    // Nothing that was validated looks like this: a row that somebody broke by hand.
    await store.cluster('broken').write({
      op: 'create',
      resource: 'configmaps',
      namespace: 'default',
      name: 'poison',
      uid: randomUUID(),
      body: '{"metadata":{"name":"poison"',
    });
    await sound.create(configMap('source', { copy: 'a' }));
    await eventually('the sound cluster had its turn', async () => (await copies(sound)).length === 1);
    const failure = await eventually('the failure is told', () =>
      worker.lines.find((line) => line['cluster'] === 'broken' && line['level'] === 50),
    );
    expect(failure).toMatchObject({
      msg: 'turn failed; the sweep will ask again',
      err: { message: expect.stringMatching(/JSON/) },
    });
    await worker.close();
  }));

test('a worker that cannot reach Redis says so', async () => {
  const gone = await startTestRedis();
  await gone.stop();
  const start = startTestWorker({ databaseUrl: await createTestDatabase(), redisUrl: gone.url });
  await expect(start).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
});
