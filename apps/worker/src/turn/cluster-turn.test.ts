import type { Reconciler } from '@berth/controllers';
import type { ConfigMap } from '@berth/kinds';
import {
  type ClusterStore,
  CompactedError,
  type Store,
  type TurnCommit,
  type TurnOutcome,
} from '@berth/store';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { configMap, configMapKey, copier } from '../testing/copier.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';

let fixture: TurnFixture;
let cluster: ClusterClient;
let clusterCount = 0;

beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());
beforeEach(async () => {
  cluster = await createTestCluster(fixture.store, `turns-${++clusterCount}`);
  // The objects of a new cluster are no test's business.
  await runClusterTurn(cluster.clusterId, fixture.deps([]));
  fixture.ended.length = 0;
  fixture.failures.length = 0;
});

/** The store, with something done just before each commit of a turn. */
function interrupted(store: Store, before: (attempt: number) => Promise<unknown>): Store {
  let attempts = 0;
  return {
    ...store,
    cluster: (clusterId): ClusterStore => {
      const real = store.cluster(clusterId);
      return {
        ...real,
        commitTurn: async (commit: TurnCommit): Promise<TurnOutcome> => {
          await before(++attempts);
          return real.commitTurn(commit);
        },
      };
    },
  };
}

const copies = async (): Promise<string[]> =>
  (await cluster.list<ConfigMap>('configmaps', 'default')).flatMap(({ data }) => data?.['of'] ?? []);

test('a turn sees what changed since the last one, commits all of its writes, and then there is nothing to do', async () => {
  const deps = fixture.deps([copier]);
  await cluster.create(configMap('source', { copy: 'a' }));
  expect(await runClusterTurn(cluster.clusterId, deps)).toBe('quiet');
  expect(await copies()).toEqual(['a']);
  expect(await runClusterTurn(cluster.clusterId, deps)).toBe('idle');

  const { outcome, commit } = fixture.ended.at(-1) ?? {};
  expect(outcome?.status).toBe('committed');
  expect(commit?.writes.map(({ op }) => op)).toEqual(['create', 'update']);
  expect(await fixture.store.cluster(cluster.clusterId).cursor()).toBe(
    await fixture.store.cluster(cluster.clusterId).head(),
  );
});

test("a user's write in between drops the turn's work and reconciles again from what the user wrote", async () => {
  await cluster.create(configMap('source', { copy: 'before' }));
  const store = interrupted(fixture.store, async (attempt) => {
    if (attempt > 1) return;
    await cluster.update<ConfigMap>(configMapKey('source'), (current) => ({
      ...current,
      data: { copy: 'after' },
    }));
  });
  expect(await runClusterTurn(cluster.clusterId, { ...fixture.deps([copier]), store })).toBe('quiet');
  expect(await copies()).toEqual(['after']);
  expect(fixture.ended.map(({ outcome }) => outcome.status)).toEqual(['conflict', 'committed']);
});

test('a user who never stops writing sends the cluster to the end of the queue, with nothing half done', async () => {
  await cluster.create(configMap('source', { copy: 'a' }));
  const store = interrupted(fixture.store, (attempt) =>
    cluster.update<ConfigMap>(configMapKey('source'), (current) => ({
      ...current,
      data: { copy: `a${attempt}` },
    })),
  );
  expect(await runClusterTurn(cluster.clusterId, { ...fixture.deps([copier]), store })).toBe('more');
  expect(await copies()).toEqual([]);
  expect(new Set(fixture.ended.map(({ outcome }) => outcome.status))).toEqual(new Set(['conflict']));
});

test('a suspended cluster has no turns, and its work is done once it is resumed', async () => {
  const deps = fixture.deps([copier]);
  await cluster.create(configMap('source', { copy: 'a' }));
  await fixture.store.setSuspended(cluster.clusterId, true);
  expect(await runClusterTurn(cluster.clusterId, deps)).toBe('suspended');
  expect(await copies()).toEqual([]);
  await fixture.store.setSuspended(cluster.clusterId, false);
  expect(await runClusterTurn(cluster.clusterId, deps)).toBe('quiet');
  expect(await copies()).toEqual(['a']);
});

test('of turns that run at once, only one does the work', async () => {
  const deps = fixture.deps([copier]);
  for (let round = 0; round < 10; round++)
    await cluster.create(configMap(`source-${round}`, { copy: `${round}` }));
  const ends = await Promise.all(Array.from({ length: 8 }, () => runClusterTurn(cluster.clusterId, deps)));
  expect(ends.filter((end) => end === 'quiet')).toHaveLength(1);
  expect((await copies()).toSorted()).toEqual(Array.from({ length: 10 }, (_, round) => `${round}`));
});

test('of two turns that a timer woke, only one does the work, even when a user writes in between', async () => {
  const { store } = fixture;
  // Copies when its timer is due, and leaves nothing behind in the source by which a second copy would conflict.
  const onTimer: Reconciler = {
    name: 'on-timer',
    keysOf: () => [],
    reconcile: (key, view, { newNameSuffix }) =>
      view.list<ConfigMap>('configmaps', 'default').some(({ data }) => data?.['of'])
        ? []
        : [{ type: 'create', object: configMap(`${key.name}-${newNameSuffix()}`, { of: key.name }) }],
  };
  const real = store.cluster(cluster.clusterId);
  const cursor = await real.cursor();
  await real.commitTurn({
    expectedCursor: cursor,
    cursor,
    coversOwnWrites: false,
    writes: [],
    setTimers: [{ key: 'on-timer|configmaps|default|source', dueAt: fixture.clock.now }],
    clearTimers: [],
    outbox: [],
    claims: [],
    releases: [],
  });
  const deps = fixture.deps([onTimer]);
  let isNested = false;
  const nested = interrupted(store, async () => {
    if (isNested) return;
    isNested = true;
    await cluster.create(configMap('from-a-user'));
    await runClusterTurn(cluster.clusterId, deps);
  });
  expect(await runClusterTurn(cluster.clusterId, { ...deps, store: nested })).toBe('superseded');
  expect(await copies()).toEqual(['source']);
});

test('a backlog larger than a turn is worked off turn by turn', async () => {
  const deps = fixture.deps([copier]);
  const small = { ...deps, budget: { maxWrites: 4, maxMs: 10_000, maxChanges: 5 } };
  for (let round = 0; round < 12; round++)
    await cluster.create(configMap(`source-${round}`, { copy: `${round}` }));
  const ends: string[] = [];
  do ends.push(await runClusterTurn(cluster.clusterId, small));
  while (ends.at(-1) === 'more' && ends.length < 50);
  expect(ends.length).toBeGreaterThan(3);
  expect((await copies()).toSorted()).toEqual(
    Array.from({ length: 12 }, (_, round) => `${round}`).toSorted(),
  );
  for (const { commit } of fixture.ended) expect(commit.writes.length).toBeLessThanOrEqual(8);
});

test('a reconciler that throws backs off for its key alone, doubling, and says so in an Event', async () => {
  let isBroken = true;
  const breaking: Reconciler = {
    name: 'breaking',
    keysOf: ({ resource, after }) =>
      resource === 'configmaps' && after ? [configMapKey(after.metadata.name)] : [],
    reconcile: ({ name }) => {
      if (name === 'bad' && isBroken) throw new Error('cannot be done');
      return [];
    },
  };
  const deps = fixture.deps([breaking, copier]);
  await cluster.create(configMap('bad', { copy: 'of bad' }));
  await cluster.create(configMap('good', { copy: 'of good' }));
  await runClusterTurn(cluster.clusterId, deps);
  expect((await copies()).toSorted()).toEqual(['of bad', 'of good']);
  expect(fixture.failures.map(({ key, failures }) => `${key.name} ${failures}`)).toEqual(['bad 1']);

  const timer = async () => (await fixture.store.cluster(cluster.clusterId).nextTimer())?.dueAt.getTime();
  const start = fixture.clock.now.getTime();
  expect(await timer()).toBe(start + 1_000);
  expect(await runClusterTurn(cluster.clusterId, deps)).toBe('idle');
  fixture.clock.now = new Date(start + 1_000);
  await runClusterTurn(cluster.clusterId, deps);
  expect(await timer()).toBe(start + 3_000);
  isBroken = false;
  fixture.clock.now = new Date(start + 3_000);
  await runClusterTurn(cluster.clusterId, deps);
  expect(await timer()).toBeUndefined();
  const events = await cluster.list<{ message?: string } & ConfigMap>('events', 'default');
  expect(events.map(({ message }) => message)).toEqual(['cannot be done']);
});

test('a cluster whose log was dropped before a turn saw it is looked at as a whole', async () => {
  await cluster.create(configMap('source', { copy: 'a' }));
  const real = fixture.store.cluster(cluster.clusterId);
  const store: Store = {
    ...fixture.store,
    cluster: () => ({
      ...real,
      changes: (after) => Promise.reject(new CompactedError({ requested: after, oldest: after + 1 })),
    }),
  };
  expect(await runClusterTurn(cluster.clusterId, { ...fixture.deps([copier]), store })).toBe('quiet');
  expect(await copies()).toEqual(['a']);
  expect(await real.cursor()).toBe(await real.head());
});
