import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import {
  configMap,
  create,
  deleteCluster,
  openTestStore,
  remove,
  update,
} from '../../../test/support/store.ts';

const { store, databaseUrl, newCluster, openAnother } = await openTestStore();
const owner = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => owner.end());

const holding = (...holds: string[]) => ({ usage: { tags: [], amounts: {}, holds } });
const held = (value: string) => ({ status: 'held', value });
const expected = (name: string) => ({ expected: { uid: `uid-of-${name}` } });

test('of many writers over several processes one gets a value, and no other', async () => {
  const { clusterId } = await newCluster();
  const processes = [store, openAnother(), openAnother()];
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, i) => {
      const process = processes[i % processes.length] ?? store;
      return process.cluster(clusterId).write(create(configMap(`c${i}`), holding(`port/${i % 4}`)));
    }),
  );
  expect(outcomes.filter(({ status }) => status === 'applied')).toHaveLength(4);
  expect(outcomes.filter(({ status }) => status === 'held')).toHaveLength(56);
  expect(await store.cluster(clusterId).heldValues()).toEqual(['port/0', 'port/1', 'port/2', 'port/3']);
});

test('one that loses leaves the others of its batch alone', async () => {
  const cluster = await newCluster([create(configMap('a'), holding('port/1'))]);
  const outcomes = await Promise.all([
    cluster.write(create(configMap('b'), holding('port/2'))),
    cluster.write(create(configMap('c'), holding('port/1', 'port/3'))),
    cluster.write(create(configMap('d'))),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'held', 'applied']);
  expect(await cluster.heldValues()).toEqual(['port/1', 'port/2']);
});

test('a value is free again in the very commit that gives it up', async () => {
  const cluster = await newCluster([create(configMap('a'), holding('port/1', 'port/2'))]);
  await cluster.write(update(configMap('a'), { ...holding('port/2'), ...expected('a') }));
  expect(await cluster.heldValues()).toEqual(['port/2']);
  expect(await cluster.write(create(configMap('b'), holding('port/1')))).toMatchObject({ status: 'applied' });
  expect(await cluster.write(update(configMap('a'), { ...holding('port/1'), ...expected('a') }))).toEqual(
    held('port/1'),
  );
  const both = await Promise.all([
    cluster.write(remove(configMap('b'), { ...holding('port/1'), ...expected('b') })),
    cluster.write(create(configMap('c'), holding('port/1'))),
  ]);
  expect(both.map(({ status }) => status)).toEqual(['applied', 'applied']);
  expect(await cluster.heldValues()).toEqual(['port/1', 'port/2']);
});

test('writes that belong together, turns and new clusters are refused as a whole', async () => {
  const cluster = await newCluster([create(configMap('a'), holding('port/1'))]);
  const writes = [create(configMap('b')), create(configMap('c'), holding('port/1'))];
  expect(await cluster.writeTogether(writes)).toEqual({
    status: 'refused',
    position: 1,
    outcome: held('port/1'),
  });
  const effects = { setTimers: [], clearTimers: [], outbox: [], claims: [], releases: [] };
  const cursor = await cluster.cursor();
  const turn = { expectedCursor: cursor, cursor, coversOwnWrites: false, writes, ...effects };
  expect(await cluster.commitTurn(turn)).toEqual({
    status: 'conflict',
    write: writes[1],
    outcome: held('port/1'),
  });
  expect(await cluster.get(configMap('b'))).toBeUndefined();
});

test('clusters hold the same, but for what there is once on a machine', async () => {
  const [one, two] = [await newCluster(), await newCluster()];
  for (const cluster of [one, two]) {
    expect(await cluster.write(create(configMap('a'), holding('ip/10.0.0.1')))).toMatchObject({
      status: 'applied',
    });
  }
  expect(await one.write(create(configMap('b'), holding('machine/127.64.0.1')))).toMatchObject({
    status: 'applied',
  });
  expect(await two.write(create(configMap('b'), holding('machine/127.64.0.1')))).toEqual(
    held('machine/127.64.0.1'),
  );
  expect(await two.heldValues()).toEqual(['ip/10.0.0.1']);
  await deleteCluster(store, one.clusterId);
  expect(await two.write(create(configMap('b'), holding('machine/127.64.0.1')))).toMatchObject({
    status: 'applied',
  });
});

test('what is held is found again from the objects', async () => {
  const cluster = await newCluster([
    create(configMap('a'), holding('port/1')),
    create(configMap('b'), holding('port/2')),
  ]);
  expect(await store.recount(cluster.clusterId)).toBe(0);
  await owner`update berth.held_values set value = 'port/9' where cluster_id = ${cluster.clusterId} and value = 'port/1'`;
  expect(await store.recount(cluster.clusterId)).toBe(2);
  expect(await cluster.heldValues()).toEqual(['port/1', 'port/2']);
});
