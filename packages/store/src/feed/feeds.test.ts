import { afterAll, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { deafHintBus } from '../../../../test/support/hint-bus.ts';
import { configMap, create, deleteCluster, openTestStore, update } from '../../../../test/support/store.ts';
import { openDatabase } from '../database.ts';
import type { Change, ClusterStore } from '../index.ts';
import { readChanges } from '../queries/read-changes.ts';
import { readHeads } from '../queries/read-heads.ts';
import { Feeds } from './feeds.ts';

const { store, openAnother, newCluster, databaseUrl } = await openTestStore({ pollIntervalMs: 600_000 });
const database = openDatabase({ databaseUrl, clusterPoolSize: 2, fleetPoolSize: 1 });
afterAll(() => database.close());

/** Collects revisions until it has so many, or its feed ends. */
class Follower {
  readonly revisions: number[] = [];
  readonly ended: Promise<unknown>;
  readonly #controller = new AbortController();

  constructor(
    feed: (signal: AbortSignal) => AsyncIterable<readonly Change[]>,
    until = Number.POSITIVE_INFINITY,
  ) {
    const collect = async () => {
      for await (const changes of feed(this.#controller.signal)) {
        expect(changes.length).toBeGreaterThan(0);
        this.revisions.push(...changes.map(({ revision }) => revision));
        if (this.revisions.length >= until) this.stop();
      }
    };
    this.ended = collect().then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  stop(): void {
    this.#controller.abort();
  }
}

const follow = (cluster: ClusterStore, after: number, until?: number) =>
  new Follower((signal) => cluster.follow(after, signal), until);

async function writeMany(cluster: ClusterStore, count: number, prefix: string): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, i) => cluster.write(create(configMap(`${prefix}${i}`)))),
  );
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('followers from any revision see every later change once, in order, from past reads into the present', async () => {
  const cluster = await newCluster();
  await writeMany(cluster, 1_200, 'past-');
  const followers = [0, 1, 600, 1_199, 1_200].map((after) => ({
    after,
    follower: follow(cluster, after, 1_300 - after),
  }));
  await writeMany(cluster, 100, 'present-');
  for (const { after, follower } of followers) {
    expect(await follower.ended).toBeUndefined();
    expect(follower.revisions).toEqual(range(after + 1, 1_300));
  }
});

test('a change in another process arrives by its hint, without a poll', async () => {
  const cluster = await newCluster();
  const follower = follow(openAnother().cluster(cluster.clusterId), 0, 2);
  await cluster.write(create(configMap('a')));
  await eventually('the first change arrived', () => follower.revisions.length === 1);
  await cluster.write(update(configMap('a')));
  expect(await follower.ended).toBeUndefined();
  expect(follower.revisions).toEqual([1, 2]);
});

test('a change that no hint told of arrives by the next poll', async () => {
  const cluster = await newCluster();
  const deaf = openAnother({ hints: deafHintBus, pollIntervalMs: 20 });
  const follower = follow(deaf.cluster(cluster.clusterId), 0, 2);
  await cluster.write(create(configMap('a')));
  await eventually('the first change was polled', () => follower.revisions.length === 1);
  await cluster.write(update(configMap('a')));
  expect(await follower.ended).toBeUndefined();
  expect(follower.revisions).toEqual([1, 2]);
});

test('a hundred followers of a cluster cost one read for each thing to read', async () => {
  const cluster = await newCluster([create(configMap('before'))]);
  const reads: number[] = [];
  const feeds = new Feeds(
    {
      head: () => cluster.head(),
      heads: (clusterIds) => readHeads(database, [...clusterIds]),
      changes(clusterId, after, limit) {
        reads.push(after);
        return readChanges(database, clusterId, { after, limit });
      },
    },
    { pollIntervalMs: 600_000 },
  );
  const followers = Array.from(
    { length: 100 },
    () => new Follower((signal) => feeds.follow(cluster.clusterId, 0, signal), 3),
  );
  await eventually('all have read what was there', () =>
    followers.every(({ revisions }) => revisions.length === 1),
  );
  expect(reads).toEqual([0]);
  for (const name of ['a', 'b']) {
    await cluster.write(create(configMap(name)));
    feeds.hint(cluster.clusterId, await cluster.head());
  }
  for (const follower of followers) {
    expect(await follower.ended).toBeUndefined();
    expect(follower.revisions).toEqual([1, 2, 3]);
  }
  expect(reads.filter((after) => after > 0).length).toBeLessThanOrEqual(2);
});

test('a follower that is ahead of the log waits for what comes after its revision', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  const [ahead, behind] = [follow(cluster, 3, 1), follow(cluster, 0, 4)];
  await writeMany(cluster, 3, 'more-');
  expect(await behind.ended).toBeUndefined();
  expect(behind.revisions).toEqual([1, 2, 3, 4]);
  expect(await ahead.ended).toBeUndefined();
  expect(ahead.revisions).toEqual([4]);
});

test('a slow follower misses nothing, however far the others are ahead', async () => {
  const cluster = await newCluster();
  const slow = cluster.follow(0, new AbortController().signal)[Symbol.asyncIterator]();
  await writeMany(cluster, 1, 'first-');
  const seen = ((await slow.next()).value as readonly Change[]).map(({ revision }) => revision);
  const fast = follow(cluster, 0, 3_001);
  // More than a feed keeps.
  for (let i = 0; i < 3; i++) await writeMany(cluster, 1_000, `round-${i}-`);
  expect(await fast.ended).toBeUndefined();
  while (seen.length < 3_001) {
    const next = await slow.next();
    seen.push(...(next.value as readonly Change[]).map(({ revision }) => revision));
  }
  await slow.return?.();
  expect(seen).toEqual(range(1, 3_001));
  expect(fast.revisions).toEqual(seen);
});

test('a follower from before retention is told so', async () => {
  const cluster = await newCluster([create(configMap('a')), create(configMap('b'))]);
  await store.dropExpiredPartitions(new Date(Date.now() + 3_600_000), 0);
  expect(await follow(cluster, 1).ended).toMatchObject({ code: 'STORE_COMPACTED', requested: 1, oldest: 2 });
  await cluster.write(create(configMap('c')));
  const follower = follow(cluster, 2, 1);
  await follower.ended;
  expect(follower.revisions).toEqual([3]);
});

test('a follower ends when it is aborted and when its store closes', async () => {
  const cluster = await newCluster();
  const closing = openAnother();
  const [aborted, closed] = [follow(cluster, 0), follow(closing.cluster(cluster.clusterId), 0)];
  await cluster.write(create(configMap('a')));
  await eventually('both follow', () => aborted.revisions.length === 1 && closed.revisions.length === 1);
  aborted.stop();
  expect(await aborted.ended).toBeUndefined();
  await closing.close();
  expect(await closed.ended).toBeUndefined();
});

test('followers of a cluster that is missing or gets deleted are told so', async () => {
  expect(await follow(store.cluster('nowhere'), 0).ended).toMatchObject({ code: 'STORE_CLUSTER_MISSING' });
  const cluster = await newCluster([create(configMap('a'))]);
  const polling = openAnother({ pollIntervalMs: 20 });
  const follower = follow(polling.cluster(cluster.clusterId), 0);
  await eventually('it follows', () => follower.revisions.length === 1);
  await deleteCluster(store, cluster.clusterId);
  expect(await follower.ended).toMatchObject({ code: 'STORE_CLUSTER_MISSING' });
});
