import { controllers } from '@berth/controllers';
import type { Event, Job, Pod, ResourceQuota } from '@berth/kinds';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { job, jobKey } from '../testing/job-objects.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn, type TurnDeps } from './cluster-turn.ts';

let fixture: TurnFixture;
let deps: TurnDeps;
let cluster: ClusterClient;
let clusterCount = 0;
beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());
beforeEach(async () => {
  deps = fixture.deps(controllers());
  fixture.clock.now = new Date();
  cluster = await createTestCluster(fixture.store, `quota-${++clusterCount}`);
  await settle();
  fixture.ended.length = 0;
});

/** Turns until nothing is left to do at this time. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) {
    if ((await runClusterTurn(cluster.clusterId, deps)) === 'idle') return;
  }
  throw new Error('the cluster does not settle');
}

const quotaKey = { resource: 'resourcequotas', namespace: 'default', name: 'q' };
const limit = (hard: Record<string, string>) =>
  cluster.create<ResourceQuota>({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'default' },
    spec: { hard },
  });
const used = async () => (await cluster.get<ResourceQuota>(quotaKey))?.status?.used;
const active = async (name = 'work') => (await cluster.get<Job>(jobKey(name)))?.status?.active;
const failures = async () =>
  (await cluster.list<Event>('events', 'default'))
    .filter(({ reason }) => reason === 'FailedCreate')
    .map(({ message = '' }) => message);

async function end(pods: readonly Pod[]): Promise<void> {
  for (const { metadata } of pods) {
    const key = { resource: 'pods', namespace: 'default', name: metadata.name };
    await cluster.updateStatus<Pod>(key, (pod) => ({
      ...pod,
      status: { ...pod.status, phase: 'Succeeded' },
    }));
  }
}

test('a Job gets the pods that a quota has room for, and an Event tells of the first that it has not', async () => {
  await limit({ pods: '3' });
  await cluster.create(job('work', { parallelism: 5, completions: 5 }));
  await settle();
  expect(await cluster.list<Pod>('pods')).toHaveLength(3);
  expect([await active(), await used()]).toEqual([3, { pods: '3' }]);
  expect(await failures()).toEqual([
    expect.stringMatching(
      /^Error creating: pods "work-[a-z0-9]{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3$/,
    ),
  ]);
  expect(fixture.ended.every(({ outcome }) => outcome.status === 'committed')).toBe(true);
});

test('pods that end make room for the next ones in the same commit', async () => {
  await limit({ pods: '2' });
  await cluster.create(job('work', { parallelism: 4, completions: 4 }));
  await settle();
  await end(await cluster.list<Pod>('pods'));
  expect(await used()).toEqual({ pods: '0' });
  await settle();
  expect([await active(), await used()]).toEqual([2, { pods: '2' }]);
  await end((await cluster.list<Pod>('pods')).filter(({ status }) => status?.phase !== 'Succeeded'));
  await settle();
  expect((await cluster.get<Job>(jobKey('work')))?.status).toMatchObject({
    succeeded: 4,
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Complete', status: 'True' }),
    ]) as unknown,
  });
});

test('room that others leave wakes the Jobs that wait for it, without waiting for their backoff', async () => {
  await limit({ pods: '2' });
  await cluster.create(job('first', { parallelism: 2, completions: 2 }));
  await settle();
  await cluster.create(job('work', { parallelism: 2, completions: 2 }));
  await settle();
  expect([await active('first'), await active()]).toEqual([2, undefined]);
  await end(await cluster.list<Pod>('pods'));
  await settle();
  expect([await active(), await used()]).toEqual([2, { pods: '2' }]);

  await cluster.create(job('third', { parallelism: 1 }));
  await settle();
  expect(await active('third')).toBeUndefined();
  await cluster.update<ResourceQuota>(quotaKey, (quota) => ({ ...quota, spec: { hard: { pods: '3' } } }));
  await settle();
  expect([await active('third'), await used()]).toEqual([1, { pods: '3' }]);
});

test("what a user takes between a turn's look and its commit is not taken twice", async () => {
  await limit({ 'count/pods': '3' });
  await cluster.create(job('work', { parallelism: 3, completions: 3 }));
  const { store } = fixture;
  let isTaken = false;
  const interrupted: TurnDeps = {
    ...deps,
    store: {
      ...store,
      cluster: (clusterId) => {
        const real = store.cluster(clusterId);
        return {
          ...real,
          commitTurn: async (commit) => {
            if (!isTaken) {
              isTaken = true;
              await cluster.create<Pod>({
                apiVersion: 'v1',
                kind: 'Pod',
                metadata: { name: 'users', namespace: 'default' },
                spec: { containers: [{ name: 'c', image: 'i' }] },
              });
            }
            return real.commitTurn(commit);
          },
        };
      },
    },
  };
  await runClusterTurn(cluster.clusterId, interrupted);
  expect(fixture.ended.map(({ outcome }) => outcome.status)).toEqual(['conflict', 'committed']);
  await settle();
  expect([await active(), await used()]).toEqual([2, { 'count/pods': '3' }]);
});

test("a Job gets the pods that the tenant's plan has room for over all of its clusters", async () => {
  const other = await createTestCluster(fixture.store, `${cluster.clusterId}-other`);
  await other.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'elsewhere', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  const [before] = await usageOfPods({ pods: '1000' });
  const hard = String(Number(before?.used) + 2);
  await usageOfPods({ pods: hard });
  await cluster.create(job('work', { parallelism: 5, completions: 5 }));
  await settle();
  expect(await active()).toBe(2);
  expect((await failures())[0]).toMatch(
    new RegExp(
      `is forbidden: exceeded plan limits of tenant "test", requested: pods=1, used: pods=${hard}, limited: pods=${hard}$`,
    ),
  );
  expect(await usageOfPods({ pods: hard })).toEqual([{ resource: 'pods', hard, used: hard }]);
  await fixture.store.tenantLimits.set('test', {});
});

async function usageOfPods(limits: Record<string, string>) {
  await fixture.store.tenantLimits.set('test', limits);
  return fixture.store.tenantLimits.usage('test');
}
