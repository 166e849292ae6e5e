import { expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { configMap, create, namespaceKey, openTestStore, update } from '../../../test/support/store.ts';
import { CompactedError } from './index.ts';

const { store, openAnother, newCluster } = await openTestStore();

/** Drops every partition there is, the current one included. */
const dropAll = () => store.dropExpiredPartitions(new Date(Date.now() + 3_600_000), 0);

test('retention drops what is older, keeps the rest, and notes for each cluster what it lost', async () => {
  const [busy, idle] = await Promise.all([
    newCluster([create(configMap('a')), create(configMap('b'))]),
    newCluster(),
  ]);
  expect(await store.dropExpiredPartitions(new Date(), 3_600_000)).toBe(0);
  expect(await busy.changes(0, 10)).toHaveLength(2);
  await dropAll();
  await busy.write(update(configMap('a')));
  await idle.write(create(configMap('a')));
  await expect(busy.changes(0, 10)).rejects.toMatchObject({
    code: 'STORE_COMPACTED',
    requested: 0,
    oldest: 2,
  });
  expect(await busy.changes(2, 10)).toHaveLength(1);
  expect(await idle.changes(0, 10)).toHaveLength(1);
  // Objects are not the log's to lose.
  expect((await busy.list({ resource: 'configmaps' })).items).toHaveLength(2);
});

test('partitions are there ahead of time, and making them again changes nothing', async () => {
  const inTenDays = new Date(Date.now() + 10 * 86_400_000);
  await store.ensurePartitions(inTenDays);
  await store.ensurePartitions(inTenDays);
  expect(
    await store.dropExpiredPartitions(new Date(inTenDays.getTime() + 3_600_000), 0),
  ).toBeGreaterThanOrEqual(3);
});

test('retention beside writers, new clusters and readers stops none of them and breaks no history', async () => {
  await store.createCluster({ clusterId: 'system', tenantId: 'fleet', seed: [] });
  const cluster = await newCluster([create(configMap('0'))]);
  const reader = openAnother().cluster(cluster.clusterId);
  let isDone = false;

  const drop = async () => {
    for (let next = 1; !isDone; next = (await cluster.head()) + 3) {
      await eventually('writes go on', async () => isDone || (await cluster.head()) >= next);
      await dropAll();
    }
  };
  const write = async (client: number) => {
    for (let i = 0; i < 60; i++) {
      expect(await cluster.write(create(configMap(`${client}-${i}`)))).toMatchObject({ status: 'applied' });
    }
  };
  const found = async () => {
    for (let i = 0; i < 20; i++) {
      const recordedBy = create({ resource: 'clusters.platform.berth.dev', namespace: '', name: `new-${i}` });
      const seed = [create(namespaceKey('default'))];
      const created = await store.createCluster({ clusterId: `new-${i}`, tenantId: 't', seed, recordedBy });
      expect(created.status).toBe('applied');
    }
  };
  const read = async () => {
    while (!isDone) {
      const replica = await reader.replica();
      expect(replica.list('configmaps')).toHaveLength(replica.revision);
      const page = await reader.list({ resource: 'configmaps', limit: 3 });
      try {
        const rest = await reader.list({ resource: 'configmaps', revision: page.revision });
        expect(rest.items).toHaveLength(page.revision);
        const changes = await reader.changes(page.revision, 50);
        expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, i) => page.revision + 1 + i));
      } catch (error) {
        if (!(error instanceof CompactedError)) throw error;
      }
    }
  };
  const work = Promise.all([write(0), write(1), write(2), found()]).finally(() => {
    isDone = true;
  });
  await Promise.all([work, drop(), read()]);
  expect(await cluster.head()).toBe(181);
  expect((await reader.replica()).list('configmaps')).toHaveLength(181);
});
