import { tenantRegistry } from '@berth/kinds';
import type { ClusterStore, Store, Write } from '@berth/store';
import { expect, test } from 'vitest';
import { deleteCluster, openTestStore } from '../../../../test/support/store.ts';
import { createRulesReader } from './rules-reader.ts';

const { store, openAnother, newCluster } = await openTestStore();
const eve = { username: 'eve', groups: ['system:authenticated'] };
const resourceOf = (kind: string) => `${kind}.rbac.authorization.k8s.io`;

function write(op: Write['op'], kind: 'roles' | 'rolebindings', content: object): Write {
  const metadata = { name: 'x', namespace: 'ns', uid: kind };
  const body = JSON.stringify({ metadata, ...content });
  return { op, resource: resourceOf(kind), namespace: 'ns', name: 'x', uid: kind, body };
}
const rules = (...verbs: string[]) => ({ rules: [{ verbs, apiGroups: [''], resources: ['pods'] }] });
const bound = { roleRef: { kind: 'Role', name: 'x' }, subjects: [{ kind: 'User', name: 'eve' }] };
const configMap = (op: Write['op']): Write => ({
  op,
  resource: 'configmaps',
  namespace: 'ns',
  name: 'c',
  uid: 'c',
  body: '{"metadata":{"name":"c"}}',
});

/** A reader with counts of what it asks the store for. */
function countingReader(from: Store = store, limits: { readonly maxBytes?: number } = {}) {
  const asked = { heads: 0, loads: 0 };
  const counted: Pick<Store, 'cluster'> = {
    cluster: (clusterId): ClusterStore => {
      const cluster = from.cluster(clusterId);
      return {
        ...cluster,
        rulesRevision: () => (asked.heads++, cluster.rulesRevision()),
        readResources: (...call) => (asked.loads++, cluster.readResources(...call)),
      };
    },
  };
  const read = createRulesReader(counted, () => tenantRegistry, limits);
  const may = async (cluster: ClusterStore, verb: string): Promise<boolean> => {
    const of = { type: 'resource', clusterId: cluster.clusterId, group: '', version: 'v1' } as const;
    const place = { resource: 'pods', subresource: '', namespace: 'ns', name: 'p' };
    return (await read(cluster.clusterId)).decide(eve, { ...of, ...place, verb }).allowed;
  };
  return { asked, may, read };
}

const another = openAnother();

test('a write is known to every process from the moment in which it is acknowledged', async () => {
  const cluster = await newCluster([write('create', 'roles', rules('get'))]);
  const here = countingReader();
  const there = countingReader(another);
  const everywhere = async (verb: string) => [await here.may(cluster, verb), await there.may(cluster, verb)];
  expect(await everywhere('get')).toEqual([false, false]);
  await cluster.write(write('create', 'rolebindings', bound));
  expect(await everywhere('get')).toEqual([true, true]);
  await another.cluster(cluster.clusterId).write(write('update', 'roles', rules('list')));
  expect([await everywhere('get'), await everywhere('list')]).toEqual([
    [false, false],
    [true, true],
  ]);
  await cluster.write(write('delete', 'rolebindings', bound));
  expect(await everywhere('list')).toEqual([false, false]);
});

test('rules are compiled again only when objects of RBAC changed', async () => {
  const cluster = await newCluster([write('create', 'roles', rules('get')), configMap('create')]);
  const { asked, may } = countingReader();
  await may(cluster, 'get');
  await may(cluster, 'get');
  expect(asked).toEqual({ heads: 2, loads: 1 });
  await cluster.write(configMap('update'));
  await may(cluster, 'get');
  await may(cluster, 'get');
  expect(asked).toEqual({ heads: 4, loads: 1 });
  await cluster.write(write('create', 'rolebindings', bound));
  await Promise.all(Array.from({ length: 20 }, () => may(cluster, 'get')));
  expect(asked).toMatchObject({ loads: 2 });
});

test('rules of a former cluster of the same name are not those of the next one', async () => {
  const cluster = await newCluster([
    write('create', 'roles', rules('get')),
    write('create', 'rolebindings', bound),
  ]);
  const { clusterId } = cluster;
  const { may } = countingReader();
  expect(await may(cluster, 'get')).toBe(true);
  await deleteCluster(store, clusterId);
  await store.createCluster({ clusterId, tenantId: 'tenant', seed: [] });
  expect(await may(store.cluster(clusterId), 'get')).toBe(false);
});

test('clusters without objects of their own share the rules that every cluster has', async () => {
  const { read } = countingReader();
  const [one, two] = [await newCluster(), await newCluster()];
  const shared = await read(one.clusterId);
  expect(await read(two.clusterId)).toBe(shared);
  const path = { type: 'path', clusterId: one.clusterId, verb: 'get', path: '/apis' } as const;
  expect(shared.decide(eve, path)).toEqual({
    allowed: true,
    reason:
      'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
  });
});

test('rules that are too large to be kept decide all the same', async () => {
  const cluster = await newCluster([
    write('create', 'roles', rules('get')),
    write('create', 'rolebindings', bound),
  ]);
  const { asked, may } = countingReader(store, { maxBytes: 600 });
  expect([await may(cluster, 'get'), await may(cluster, 'list')]).toEqual([true, false]);
  expect(asked.loads).toBe(2);
});
