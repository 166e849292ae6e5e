import { describe, expect, test } from 'vitest';
import { bodyOf, configMap, create, openTestStore, remove, update } from '../../../test/support/store.ts';
import type { ClusterStore, ListQuery, StoredObject } from './index.ts';

const { store, newCluster } = await openTestStore();
const names = (items: readonly StoredObject[]) => items.map(({ namespace, name }) => `${namespace}/${name}`);

async function allPages(cluster: ClusterStore, query: ListQuery): Promise<StoredObject[]> {
  const items: StoredObject[] = [];
  let page = await cluster.list(query);
  for (;;) {
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? Number.POSITIVE_INFINITY);
    items.push(...page.items);
    const last = page.items.at(-1);
    if (page.remaining === 0 || !last) return items;
    const { remaining } = page;
    page = await cluster.list({ ...query, revision: page.revision, after: last });
    expect(page.items.length + page.remaining).toBe(remaining);
  }
}

describe('a list', () => {
  test('is ordered by namespace and name in byte order, whatever the order of writes', async () => {
    const keys = [
      configMap('b', 'ns-b'),
      configMap('a-b', 'ns'),
      configMap('a', 'ns-b'),
      configMap('a.b', 'ns'),
      configMap('B', 'ns'),
      configMap('a', 'ns'),
      configMap('\uffee', 'ns'),
      configMap('😀', 'ns'),
    ];
    const cluster = await newCluster(keys.map((key) => create(key)));
    const expected = ['ns/B', 'ns/a', 'ns/a-b', 'ns/a.b', 'ns/\uffee', 'ns/😀', 'ns-b/a', 'ns-b/b'];
    expect(names((await cluster.list({ resource: 'configmaps' })).items)).toEqual(expected);
    expect(names((await cluster.replica()).list('configmaps'))).toEqual(expected);
    expect(names(await allPages(cluster, { resource: 'configmaps', limit: 3 }))).toEqual(expected);
  });

  test('has one namespace or one resource alone, when asked for it', async () => {
    const secret = { resource: 'secrets', namespace: 'x', name: 's' };
    const cluster = await newCluster(
      [configMap('a', 'x'), configMap('a', 'y'), secret].map((key) => create(key)),
    );
    expect(names((await cluster.list({ resource: 'configmaps', namespace: 'x' })).items)).toEqual(['x/a']);
    expect(names((await cluster.list({ resource: 'secrets' })).items)).toEqual(['x/s']);
    expect(await cluster.list({ resource: 'nothing' })).toEqual({ revision: 3, items: [], remaining: 0 });
  });

  test('goes on as of the revision of its first page, whatever happened since', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map((name) => configMap(name));
    const cluster = await newCluster(keys.map((key) => create(key, { value: 'old' })));
    const first = await cluster.list({ resource: 'configmaps', limit: 2 });
    expect(first).toMatchObject({ revision: 5, remaining: 3 });
    await cluster.write(update(configMap('c'), { value: 'new' }));
    await cluster.write(update(configMap('c'), { value: 'newer' }));
    await cluster.write(remove(configMap('d')));
    await cluster.write(create(configMap('d'), { uid: 'another', value: 'new' }));
    await cluster.write(create(configMap('dd')));
    await cluster.write(remove(configMap('e')));
    const last = first.items.at(-1);
    const second = await cluster.list({
      resource: 'configmaps',
      limit: 9,
      revision: 5,
      ...(last && { after: last }),
    });
    expect(second).toEqual({
      revision: 5,
      remaining: 0,
      items: ['c', 'd', 'e'].map((name, i) => ({
        ...configMap(name),
        uid: `uid-of-${name}`,
        revision: i + 3,
        body: bodyOf(configMap(name), 'old'),
      })),
    });
  });

  test('of a revision that is not reached, or that retention dropped, says so', async () => {
    const cluster = await newCluster([create(configMap('a')), create(configMap('b'))]);
    await expect(cluster.list({ resource: 'configmaps', revision: 3 })).rejects.toMatchObject({
      code: 'STORE_FUTURE_REVISION',
      current: 2,
    });
    await store.dropExpiredPartitions(new Date(Date.now() + 3_600_000), 0);
    await cluster.write(update(configMap('a')));
    await expect(cluster.list({ resource: 'configmaps', revision: 1 })).rejects.toMatchObject({
      code: 'STORE_COMPACTED',
      requested: 1,
      oldest: 2,
    });
    // The oldest revision of which everything later is still there.
    expect(
      (await cluster.list({ resource: 'configmaps', revision: 2 })).items.map(({ revision }) => revision),
    ).toEqual([1, 2]);
    expect(await cluster.changes(2, 10)).toHaveLength(1);
    await expect(cluster.changes(1, 10)).rejects.toMatchObject({ code: 'STORE_COMPACTED', oldest: 2 });
  });

  test('of a cluster that does not exist says so', async () => {
    await expect(store.cluster('nowhere').list({ resource: 'configmaps' })).rejects.toMatchObject({
      code: 'STORE_CLUSTER_MISSING',
    });
  });
});
