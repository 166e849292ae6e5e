import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, Job, Pod } from '@berth/kinds';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { createTestCluster, testCa } from './testing/cluster-client.ts';
import { startFakeNode } from './testing/fake-node.ts';
import { cronJob, job, jobKey } from './testing/job-objects.ts';
import { type TestInstance, withInstance } from './testing/test-instance.ts';
import { startTestWorker } from './testing/test-worker.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

test('a Job goes its whole way: pods made, bound, run, counted, and the Job complete', () =>
  withInstance(redis, async ({ store, connection }) => {
    const node = await startFakeNode(store, { name: 'node-1' });
    const worker = await startTestWorker(connection);
    const cluster = await createTestCluster(store, 'jobs');
    await cluster.create(job('work', { completions: 6, parallelism: 3 }));
    const done = await eventually('the Job is complete', async () => {
      const current = await cluster.get<Job>(jobKey('work'));
      return current?.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True')
        ? current
        : undefined;
    });
    expect(done.status).toMatchObject({ succeeded: 6 });
    expect(node.ran.size).toBe(6);
    await eventually('the node has its room back', async () => {
      const [usage] = await store.nodeCapacity.usage();
      return usage?.claimed.pods === 0 && usage.claimed.cpuMillis === 0;
    });
    await node.stop();
    await worker.close();
  }));

test('pods that find no node wait, and are bound as soon as one joins', () =>
  withInstance(redis, async ({ store, connection }) => {
    const worker = await startTestWorker(connection);
    const cluster = await createTestCluster(store, 'waiting');
    await cluster.create(job('work', { completions: 2, parallelism: 2 }));
    const unschedulable = async () => {
      const pods = await cluster.list<Pod>('pods', 'default');
      return pods.filter(({ status }) =>
        status?.conditions?.some(({ reason }) => reason === 'Unschedulable'),
      );
    };
    await eventually('both pods wait', async () => (await unschedulable()).length === 2);
    const node = await startFakeNode(store, { name: 'late' });
    await eventually('both pods ran', () => node.ran.size === 2, 5_000);
    await node.stop();
    await worker.close();
  }));

test('room that a pod of one cluster gives back goes to a waiting pod of another', () =>
  withInstance(redis, async ({ store, connection }) => {
    const worker = await startTestWorker(connection);
    const first = await createTestCluster(store, 'first');
    const second = await createTestCluster(store, 'second');
    const allocatable = { cpu: '1', memory: '1Gi', pods: '1' };
    const node = await startFakeNode(store, {
      name: 'small',
      allocatable,
      outcome: (pod) => (pod.metadata.labels?.['job-name'] === 'holder' ? 'running' : 0),
    });
    await first.create(job('holder'));
    await eventually('the only place is taken', () => node.ran.size === 1);
    await second.create(job('waiter'));
    await eventually('the other pod waits', async () => {
      const [pod] = await second.list<Pod>('pods', 'default');
      return pod?.status?.conditions?.some(({ reason }) => reason === 'Unschedulable');
    });
    await first.remove(jobKey('holder'), { propagationPolicy: 'Background' });
    await eventually('the waiting pod ran', () =>
      [...node.ran.values()].some(({ clusterId }) => clusterId === 'second'),
    );
    await node.stop();
    await worker.close();
  }));

test('CronJobs that are due run once each, with three workers and a Redis that is wiped meanwhile', () =>
  withInstance(redis, async ({ store, connection }) => {
    const clock = { offsetMs: 0 };
    const now = (): Date => new Date(Date.now() + clock.offsetMs);
    const workers = await Promise.all([1, 2, 3].map(() => startTestWorker({ ...connection, now })));
    const names = ['a', 'b', 'c', 'd'];
    const clusters = await Promise.all(
      Array.from({ length: 5 }, (_, index) => createTestCluster(store, `cron-${index}`)),
    );
    await Promise.all(
      clusters.flatMap((cluster) => names.map((name) => cluster.create(cronJob(name, '* * * * *')))),
    );
    await eventually('each waits for its minute', async () => {
      const timers = await Promise.all(clusters.map(({ clusterId }) => store.cluster(clusterId).nextTimer()));
      return timers.every(Boolean) && (await store.clustersWithWork(now(), 10)).length === 0;
    });

    const minute = Math.floor(Date.now() / 60_000) + 1;
    clock.offsetMs = minute * 60_000 + 500 - Date.now();
    await redis.wipe();
    await eventually('some ran', async () => (await clusters[0]?.list<Job>('jobs.batch'))?.length);
    await redis.wipe();
    for (const cluster of clusters) {
      await eventually('all ran', async () => (await cluster.list<Job>('jobs.batch')).length >= names.length);
      const jobs = await cluster.list<Job>('jobs.batch');
      expect(jobs.map(({ metadata }) => metadata.name)).toEqual(names.map((name) => `${name}-${minute}`));
      const events = await cluster.list<Event>('events', 'default');
      const created = events.filter(
        ({ source, reason }) => source?.component === 'cronjob-controller' && reason === 'SuccessfulCreate',
      );
      expect(created.map(({ count }) => count)).toEqual(names.map(() => 1));
    }
    await Promise.all(workers.map((worker) => worker.close()));
  }));

test(
  'a worker killed in the middle of its turns loses no pod and makes none twice',
  () =>
    withInstance(redis, async ({ store, connection }) => {
      const node = await startFakeNode(store, { name: 'node-1', outcome: () => 'running' });
      const cluster = await createTestCluster(store, 'killed');
      const pods = 150;
      await cluster.create(job('work', { completions: pods, parallelism: pods, completionMode: 'Indexed' }));
      for (let round = 0; round < 2; round++) await killInTheMiddleOfATurn(connection);

      const worker = await startTestWorker(connection);
      await eventually('all pods run', () => node.ran.size === pods, 40_000);
      const made = await cluster.list<Pod>('pods', 'default');
      const indexes = made.map(
        ({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index'],
      );
      expect(new Set(indexes).size).toBe(pods);
      expect(made).toHaveLength(pods);
      const [usage] = await store.nodeCapacity.usage();
      expect(usage?.claimed.pods).toBe(pods);
      await node.stop();
      await worker.close();
    }),
  90_000,
);

/** Starts a worker process and kills it while it holds a turn: the only one, since Redis begins empty. */
async function killInTheMiddleOfATurn(connection: TestInstance['connection']): Promise<void> {
  await redis.wipe();
  const directory = await mkdtemp(join(tmpdir(), 'berth-worker-'));
  await writeFile(join(directory, 'ca.pem'), testCa);
  const child = fork(new URL('main.ts', import.meta.url), {
    env: {
      ...process.env,
      DATABASE_URL: connection.databaseUrl,
      REDIS_URL: connection.redisUrl,
      BERTH_REDIS_PREFIX: connection.redisKeyPrefix,
      BERTH_CA_FILE: join(directory, 'ca.pem'),
      BERTH_MASTER_KEY: randomBytes(32).toString('base64'),
      LOG_LEVEL: 'error',
    },
  });
  const active = `${connection.redisKeyPrefix}:{turns}:active`;
  await eventually('it holds a turn', async () => Number(await redis.command('LLEN', active)) > 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await rm(directory, { recursive: true, force: true });
}
