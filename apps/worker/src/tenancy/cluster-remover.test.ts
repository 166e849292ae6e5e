import { builtinRegistry, type Cluster } from '@berth/kinds';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { type ClusterRemover, clusterRemover } from './cluster-remover.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
  await fixture.system.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } });
});

const clusterKey = (name: string) => ({ resource: 'clusters.platform.berth.dev', namespace: 'acme', name });
const objectOf = (name: string) => fixture.system.get<Cluster>(clusterKey(name));

const remover = (rowsAtOnce = 1_000): ClusterRemover =>
  clusterRemover({
    store: fixture.store,
    registry: builtinRegistry,
    log: pino({ level: 'silent' }),
    rowsAtOnce,
  });

async function newCluster(name: string): Promise<ClusterClient> {
  const client = await createTestCluster(fixture.store, name);
  await fixture.system.create({
    apiVersion: 'platform.berth.dev/v1',
    kind: 'Cluster',
    metadata: { name, namespace: 'acme' },
    spec: {},
  });
  return client;
}

test('a cluster whose object is being deleted is ended, emptied and let go', async () => {
  await newCluster('gone');
  const neighbour = await newCluster('stays');
  await remover().work();
  expect((await objectOf('gone'))?.status?.phase).toBe('Ready');

  await fixture.system.remove(clusterKey('gone'));
  expect((await objectOf('gone'))?.status?.phase).toBe('Deleting');
  await remover().work();
  expect(await objectOf('gone')).toBeUndefined();
  expect(await fixture.store.clusterOwner('gone')).toBeUndefined();
  expect(await fixture.store.removals.pending()).toEqual([]);
  expect((await neighbour.list('namespaces')).length).toBeGreaterThan(0);
  expect((await objectOf('stays'))?.metadata.finalizers).toEqual(['platform.berth.dev/cluster']);
});

test('whatever dies in the middle, another takes the removal up from where it is', async () => {
  const { removals } = fixture.store;
  await newCluster('begun');
  await fixture.system.remove(clusterKey('begun'));
  await removals.begin('begun');
  await newCluster('half');
  await fixture.system.remove(clusterKey('half'));
  await removals.begin('half');
  expect(await removals.removeRows('half', 3)).toBe(3);
  await newCluster('empty');
  await fixture.system.remove(clusterKey('empty'));
  await removals.begin('empty');
  while ((await removals.removeRows('empty', 100)) > 0);

  await Promise.all([remover(2).work(), remover(5).work()]);
  await remover().work();
  for (const name of ['begun', 'half', 'empty'])
    expect([name, await objectOf(name)]).toEqual([name, undefined]);
  expect(await removals.pending()).toEqual([]);
});

test('what was begun without an object is removed at the second look', async () => {
  await createTestCluster(fixture.store, 'stray');
  await fixture.store.removals.begin('stray');
  const looking = remover();
  await looking.work();
  expect(await fixture.store.removals.pending()).toEqual(['stray']);
  await looking.work();
  expect(await fixture.store.removals.pending()).toEqual([]);
});

test('an object without its cluster is let go all the same', async () => {
  await fixture.system.create({
    apiVersion: 'platform.berth.dev/v1',
    kind: 'Cluster',
    metadata: { name: 'bare', namespace: 'acme' },
    spec: {},
  });
  await fixture.system.remove(clusterKey('bare'));
  await remover().work();
  expect(await objectOf('bare')).toBeUndefined();
});

test('a finalizer of somebody else keeps the object, and not the cluster', async () => {
  await newCluster('watched');
  await fixture.system.update<Cluster>(clusterKey('watched'), (cluster) => ({
    ...cluster,
    metadata: { ...cluster.metadata, finalizers: ['platform.berth.dev/cluster', 'example.com/report'] },
  }));
  await fixture.system.remove(clusterKey('watched'));
  await remover().work();
  expect((await objectOf('watched'))?.metadata.finalizers).toEqual(['example.com/report']);
  expect(await fixture.store.clusterOwner('watched')).toBeUndefined();
  await remover().work();
  expect((await objectOf('watched'))?.metadata.finalizers).toEqual(['example.com/report']);
});
