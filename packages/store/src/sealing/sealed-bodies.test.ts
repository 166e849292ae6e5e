import { randomBytes } from 'node:crypto';
import { createBodyCipher, fixedMasterKeys } from '@berth/auth';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { tablesHolding } from '../../../../test/support/stored-text.ts';
import {
  appliedRevision,
  bodyOf,
  configMap,
  create,
  deleteCluster,
  namespaceKey,
  openTestStore,
  remove,
  update,
} from '../../../../test/support/store.ts';
import type { ClusterStore } from '../store.ts';
import type { ObjectKey, Write } from '../types.ts';

const masterKeys = fixedMasterKeys(randomBytes(32));
const bodyCipher = createBodyCipher(masterKeys, ['secrets', 'templates']);
const { store, newCluster, openAnother, databaseUrl } = await openTestStore({ bodyCipher });
const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => sql.end());

const secretKey = (name: string): ObjectKey => ({ resource: 'secrets', namespace: 'default', name });

function turnOf(writes: readonly Write[], cursor = 0) {
  const nothing = { setTimers: [], clearTimers: [], outbox: [], claims: [], releases: [] };
  return { expectedCursor: cursor, cursor, coversOwnWrites: false, writes, ...nothing };
}

test('nothing of a sealed object stands in the database, whatever is done to it and by whom', async () => {
  const needle = 'opensesame';
  const value = (step: string) => `${needle}-${step}`;
  const seeded = secretKey('seeded');
  const cluster = await newCluster([create(seeded, { value: value('seed') })]);
  const key = secretKey('s');
  await cluster.write(create(key, { value: value('created') }));
  await cluster.write(update(key, { value: value('updated') }));
  await cluster.write(remove(key, { value: value('deleted') }));
  const turn = await cluster.commitTurn(
    turnOf([create(secretKey('of-a-turn'), { value: value('turn') }), update(seeded, { value: value('x') })]),
  );
  expect(turn).toMatchObject({ status: 'committed' });
  // The search finds what is there.
  await cluster.write(create(configMap('c'), { value: 'in-clear' }));
  expect(await tablesHolding(databaseUrl, 'in-clear')).toEqual(['berth.log', 'berth.objects']);
  expect(await tablesHolding(databaseUrl, needle)).toEqual([]);
});

test('every way to read an object gives its body in clear', async () => {
  const cluster = await newCluster();
  const key = secretKey('s');
  const first = appliedRevision(await cluster.write(create(key, { value: 1, node: 'reader' })));
  const second = appliedRevision(await cluster.write(update(key, { value: 2, node: 'reader' })));
  const [one, two, three] = [1, 2, 3].map((value) => bodyOf(key, value));
  // Another process has nothing cached.
  const reader = openAnother();
  const there = reader.cluster(cluster.clusterId);

  expect((await there.get(key))?.body).toBe(two);
  expect((await there.list({ resource: 'secrets' })).items.map(({ body }) => body)).toEqual([two]);
  const past = await there.list({ resource: 'secrets', revision: first });
  expect(past.items.map(({ body }) => body)).toEqual([one]);
  expect((await there.replica()).get(key)?.body).toBe(two);
  const [found] = await reader.readBodies([{ clusterId: cluster.clusterId, ...key }]);
  expect(found?.body).toBe(two);

  await cluster.write(remove(key, { value: 3 }));
  const changes = await there.changes(0, 10);
  expect(changes.map(({ before, after, last }) => [before?.body, after, last])).toEqual([
    [undefined, one, undefined],
    [one, two, undefined],
    [two, undefined, three],
  ]);
  const ending = new AbortController();
  for await (const batch of there.follow(second, ending.signal)) {
    expect(batch.map(({ last }) => last)).toEqual([three]);
    ending.abort();
  }
  expect((await there.replica()).get(key)).toBeUndefined();
});

test('a sealed write keeps its preconditions and its place in a batch', async () => {
  const cluster = await newCluster([create(namespaceKey('default'))]);
  const key = secretKey('s');
  const outcomes = await Promise.all([
    cluster.write(create(key, { within: namespaceKey('default') })),
    cluster.write(create(configMap('beside'))),
    cluster.write(create(key)),
    cluster.write(create(secretKey('other'), { within: namespaceKey('nowhere') })),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied', 'exists', 'within-missing']);
  const conflict = await cluster.commitTurn(turnOf([update(key, { expected: { revision: 99 } })]));
  expect(conflict).toMatchObject({ status: 'conflict', write: { name: 's', body: bodyOf(key) } });
});

test('kinds that are not sealed rest as they are', async () => {
  const cluster = await newCluster();
  await cluster.write(create(configMap('plain')));
  await cluster.write(create(secretKey('plain')));
  const rows = await sql<{ resource: string; body: string }[]>`
    select resource, body from berth.objects where cluster_id = ${cluster.clusterId} order by resource`;
  expect(rows.map(({ body }) => body)).toEqual([
    bodyOf(configMap('plain')),
    expect.stringMatching(/^sealed\.v1\.[0-9a-f]{16}\.[\w-]+$/),
  ]);
});

test('what rests in clear from before is read, and sealed when it is written again', async () => {
  const cluster = await newCluster();
  const key = secretKey('old');
  const { clusterId } = cluster;
  await cluster.write(create(key));
  await sql`update berth.objects set body = ${bodyOf(key, 'before')} where cluster_id = ${clusterId}`;
  expect((await cluster.get(key))?.body).toBe(bodyOf(key, 'before'));
  await cluster.write(update(key, { value: 'after' }));
  const [row] = await sql<{ body: string }[]>`select body from berth.objects where cluster_id = ${clusterId}`;
  expect(row?.body).toMatch(/^sealed\.v1\./);
});

async function tampered(alter: (cluster: ClusterStore, neighbour: ClusterStore) => Promise<unknown>) {
  const [cluster, neighbour] = [await newCluster(), await newCluster()];
  for (const each of [cluster, neighbour]) {
    await each.write(create(secretKey('a'), { value: 'a' }));
    await each.write(create(secretKey('b'), { value: 'b' }));
  }
  await alter(cluster, neighbour);
  return openAnother().cluster(cluster.clusterId).get(secretKey('a'));
}

test.for<[string, (cluster: ClusterStore, neighbour: ClusterStore) => Promise<unknown>]>([
  [
    'the body of another object',
    ({ clusterId }) => sql`
      update berth.objects o set body = b.body from berth.objects b
      where o.cluster_id = ${clusterId} and o.name = 'a' and b.cluster_id = ${clusterId} and b.name = 'b'`,
  ],
  [
    'the body of the same object of a neighbour',
    ({ clusterId }, neighbour) => sql`
      update berth.objects o set body = b.body from berth.objects b
      where o.cluster_id = ${clusterId} and o.name = 'a' and b.cluster_id = ${neighbour.clusterId} and b.name = 'a'`,
  ],
  [
    'the body of a neighbour together with its data key',
    async ({ clusterId }, neighbour) => {
      await sql`
        update berth.objects o set body = b.body from berth.objects b
        where o.cluster_id = ${clusterId} and o.name = 'a' and b.cluster_id = ${neighbour.clusterId} and b.name = 'a'`;
      await sql`
        insert into berth.data_keys (cluster_id, key_id, sealed_key, made_under, retired_at)
        select ${clusterId}, key_id, sealed_key, made_under, now() from berth.data_keys
        where cluster_id = ${neighbour.clusterId}`;
    },
  ],
  [
    'a changed body',
    ({ clusterId }) => sql`
      update berth.objects set body = left(body, 60) || 'AAAA' || substr(body, 65)
      where cluster_id = ${clusterId} and name = 'a'`,
  ],
  [
    'a body that is cut short',
    ({ clusterId }) => sql`
      update berth.objects set body = left(body, 40) where cluster_id = ${clusterId} and name = 'a'`,
  ],
  [
    'a data key that is gone',
    ({ clusterId }) => sql`delete from berth.data_keys where cluster_id = ${clusterId}`,
  ],
])('%s is refused', async ([, alter]) => {
  await expect(tampered(alter)).rejects.toMatchObject({
    code: 'STORE_SEALED_BODY',
    message: 'secrets "default/a" cannot be opened or sealed with the keys at hand',
  });
});

test('another master key opens nothing, and the error says which one is needed', async () => {
  const cluster = await newCluster();
  await cluster.write(create(secretKey('a')));
  const stranger = openAnother({
    bodyCipher: createBodyCipher(fixedMasterKeys(randomBytes(32)), ['secrets']),
  });
  const there = stranger.cluster(cluster.clusterId);
  const { id } = await masterKeys.current();
  const refusal = {
    code: 'STORE_SEALED_BODY',
    detail: expect.stringContaining(`the master key ${id} is needed`),
  };
  await expect(there.get(secretKey('a'))).rejects.toMatchObject(refusal);
  await expect(there.replica()).rejects.toMatchObject(refusal);
  // Nor is anything written that its owner could not read.
  await expect(there.write(update(secretKey('a')))).rejects.toMatchObject(refusal);
});

test('concurrent first secrets of a cluster share one data key', async () => {
  const cluster = await newCluster();
  const others = [openAnother(), openAnother(), openAnother()].map((each) => each.cluster(cluster.clusterId));
  const outcomes = await Promise.all(
    [cluster, ...others].map((each, i) => each.write(create(secretKey(`s${i}`)))),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('applied'));
  const keys = await sql`select from berth.data_keys where cluster_id = ${cluster.clusterId}`;
  expect(keys).toHaveLength(1);
});

test('a cluster takes its data keys with it', async () => {
  const cluster = await newCluster([create(secretKey('a'))]);
  const { clusterId } = cluster;
  const count = async () => (await sql`select from berth.data_keys where cluster_id = ${clusterId}`).length;
  expect(await count()).toBe(1);
  await deleteCluster(store, clusterId);
  expect(await count()).toBe(0);
  await expect(cluster.write(create(secretKey('b')))).rejects.toMatchObject({
    code: 'STORE_CLUSTER_MISSING',
  });
  expect(await count()).toBe(0);
});
