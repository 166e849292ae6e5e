import { expect, test } from 'vitest';
import {
  configMap,
  create,
  deleteCluster,
  openTestStore,
  remove,
  update,
} from '../../../test/support/store.ts';
import { ClusterMissingError } from './index.ts';

const { store, newCluster } = await openTestStore();
const secret = { resource: 'secrets', namespace: 'x', name: 's' };
const resources = ['secrets', 'configmaps'];

test('the objects of several resources are read as of one revision, in order', async () => {
  const cluster = await newCluster([configMap('b'), configMap('a'), secret].map((key) => create(key)));
  await newCluster([create(configMap('of-a-neighbour'))]);
  const { revision, objects } = await cluster.readResources(resources);
  expect([revision, objects.map(({ resource, name }) => `${resource}/${name}`)]).toEqual([
    3,
    ['configmaps/a', 'configmaps/b', 'secrets/s'],
  ]);
  expect(await cluster.readResources(['nothing'])).toEqual({ revision: 3, objects: [] });
});

test('whether objects of some resources changed is told for each kind of change, and for no other resource', async () => {
  const cluster = await newCluster([create(configMap('a')), create(secret)]);
  const changed = async (after: number) => cluster.resourcesChanged(['configmaps'], after);
  expect(await changed(0)).toEqual({ revision: 2, changed: true });
  expect(await changed(1)).toEqual({ revision: 2, changed: false });
  await cluster.write(update(secret));
  expect(await changed(2)).toEqual({ revision: 3, changed: false });
  await cluster.write(update(configMap('a')));
  expect(await changed(3)).toEqual({ revision: 4, changed: true });
  await cluster.write(remove(configMap('a')));
  expect(await changed(4)).toEqual({ revision: 5, changed: true });
  expect(await changed(5)).toEqual({ revision: 5, changed: false });
});

test('where the log that would tell is gone, something may have changed', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  await deleteCluster(store, cluster.clusterId);
  await store.createCluster({ clusterId: cluster.clusterId, tenantId: 'tenant', seed: [create(secret)] });
  expect((await cluster.resourcesChanged(['configmaps'], 1)).changed).toBe(true);
});

test('a cluster that does not exist has neither', async () => {
  const missing = store.cluster('missing');
  await expect(missing.readResources(resources)).rejects.toThrow(ClusterMissingError);
  await expect(missing.resourcesChanged(resources, 0)).rejects.toThrow(ClusterMissingError);
});
