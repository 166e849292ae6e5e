import { expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { configMap, create, openTestStore, remove, update } from '../../../../test/support/store.ts';

const { store, openAnother, newCluster } = await openTestStore();
const names = (replica: { list(resource: string): readonly { name: string }[] }) =>
  replica.list('configmaps').map(({ name }) => name);

test('a replica has every write acknowledged before it was asked for, from whichever process', async () => {
  const cluster = await newCluster();
  const elsewhere = openAnother().cluster(cluster.clusterId);
  for (let i = 0; i < 20; i++) {
    await cluster.write(create(configMap(`w${i}`)));
    const [own, other] = await Promise.all([cluster.replica(), elsewhere.replica()]);
    expect(own.get(configMap(`w${i}`))?.revision).toBe(i + 1);
    expect(other.get(configMap(`w${i}`))?.revision).toBe(i + 1);
  }
});

test('callers at the same time share one replica, and earlier ones stay as they were', async () => {
  const cluster = await newCluster([create(configMap('a')), create(configMap('b'))]);
  const replicas = await Promise.all(Array.from({ length: 50 }, () => cluster.replica()));
  expect(new Set(replicas).size).toBe(1);
  await cluster.write(remove(configMap('a')));
  await cluster.write(update(configMap('b'), { value: 'new' }));
  const next = await cluster.replica();
  expect(names(next)).toEqual(['b']);
  expect(replicas[0] && names(replicas[0])).toEqual(['a', 'b']);
  expect(replicas[0]?.get(configMap('b'))?.revision).toBe(2);
});

test('a replica that is older than retention is loaded anew', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  const elsewhere = openAnother().cluster(cluster.clusterId);
  expect(names(await elsewhere.replica())).toEqual(['a']);
  await cluster.write(remove(configMap('a')));
  await cluster.write(create(configMap('b')));
  await store.dropExpiredPartitions(new Date(Date.now() + 3_600_000), 0);
  await cluster.write(create(configMap('c')));
  expect(names(await elsewhere.replica())).toEqual(['b', 'c']);
});

test('a large cluster is loaded whole, at one revision, while it changes', async () => {
  const count = 2_500;
  const cluster = await newCluster(Array.from({ length: count }, (_, i) => create(configMap(`c${i}`))));
  const loader = openAnother().cluster(cluster.clusterId);
  const [replica] = await Promise.all([
    loader.replica(),
    ...Array.from({ length: 50 }, (_, i) => cluster.write(create(configMap(`more${i}`)))),
  ]);
  expect(replica.list('configmaps')).toHaveLength(replica.revision);
  expect((await loader.replica()).list('configmaps')).toHaveLength(count + 50);
});

test('the least recently used replicas go when the budget is spent, and the one in use stays', async () => {
  const small = openAnother({ replicaBudgetBytes: 25_000 });
  const clusters = await Promise.all(
    [1, 2, 3].map(() => newCluster([create(configMap('a'), { value: 'x'.repeat(10_000) })])),
  );
  const held = () => clusters.map(({ clusterId }) => small.cluster(clusterId).warmReplica() !== undefined);
  const use = async (...order: number[]) => {
    for (const i of order) await small.cluster(clusters[i]?.clusterId ?? '').replica();
  };
  await use(0, 1);
  expect(held()).toEqual([true, true, false]);
  await use(0, 2);
  expect(held()).toEqual([true, false, true]);
  await clusters[1]?.write(create(configMap('b'), { value: 'y'.repeat(50_000) }));
  await use(1);
  expect(held()).toEqual([false, true, false]);
  await use(1);
  expect(held()).toEqual([false, true, false]);
});

test('a replica that nobody asks for goes after a while', async () => {
  const forgetful = openAnother({ replicaIdleMs: 40 });
  const { clusterId } = await newCluster([create(configMap('a'))]);
  await forgetful.cluster(clusterId).replica();
  await eventually('it is gone', () => forgetful.cluster(clusterId).warmReplica() === undefined);
  expect(names(await forgetful.cluster(clusterId).replica())).toEqual(['a']);
});

test('a warm replica is what is there, without a look at the log', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  expect(cluster.warmReplica()).toBeUndefined();
  const replica = await cluster.replica();
  await openAnother()
    .cluster(cluster.clusterId)
    .write(create(configMap('b')));
  expect(cluster.warmReplica()).toBe(replica);
});
