import { randomBytes } from 'node:crypto';
import { createBodyCipher, fixedMasterKeys } from '@berth/auth';
import postgres from 'postgres';
import { afterAll, describe, expect, test } from 'vitest';
import {
  configMap,
  create,
  deleteCluster,
  namespaceKey,
  openTestStore,
  remove,
  update,
} from '../../../test/support/store.ts';
import type { ClusterStore } from './index.ts';

const bodyCipher = createBodyCipher(fixedMasterKeys(randomBytes(32)), ['secrets']);
const { store, openAnother, databaseUrl } = await openTestStore({ bodyCipher });
const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => sql.end());

await store.createCluster({ clusterId: 'system', tenantId: 'system', seed: [] });
await store.nodeCapacity.set('n', { cpuMillis: 1_000, memoryBytes: 1_000, pods: 100 });

const pods = 25;

/** A cluster with rows in every table that the store writes. */
async function fullCluster(clusterId: string): Promise<ClusterStore> {
  const seed = [create(namespaceKey('default'))];
  const signingKey = {
    keyId: 'k',
    algorithm: 'EdDSA',
    publicJwk: {},
    sealedPrivateJwk: 's',
    signsFrom: new Date(0),
  };
  await store.createCluster({ clusterId, tenantId: 't', seed, signingKeys: [signingKey] });
  const cluster = store.cluster(clusterId);
  const keys = Array.from({ length: pods }, (_, index) => configMap(`pod-${index}`));
  for (const key of keys) await cluster.write(create(key, { node: 'n' }));
  const quota = { scopes: [], hard: [{ resource: 'pods', counter: 'pods', quantity: '1' }] };
  await cluster.write(create({ resource: 'resourcequotas', namespace: 'default', name: 'q' }, { quota }));
  const record = {
    username: 'u',
    verb: 'get',
    resource: 'pods',
    namespace: 'default',
    name: 'p',
    code: 403,
    event: '{}',
  };
  const at = new Date();
  await store.audit.append(Array.from({ length: 12 }, () => ({ ...record, clusterId, at })));
  await cluster.write(create({ resource: 'secrets', namespace: 'default', name: 'sealed' }));
  const service = { resource: 'services', namespace: 'default', name: 's' };
  await cluster.write(create(service, { usage: { tags: [], amounts: {}, holds: [`address/${clusterId}`] } }));
  await cluster.write(update(configMap('pod-1'), { terminating: true }));
  await cluster.write(remove(configMap('pod-0')));
  await cluster.commitTurn({
    expectedCursor: await cluster.cursor(),
    cursor: await cluster.head(),
    coversOwnWrites: true,
    writes: [],
    setTimers: [{ key: 'k', dueAt: new Date(0) }],
    clearTimers: [],
    outbox: [{ topic: 't', payload: {} }],
    claims: keys.map(({ name }) => ({ node: 'n', podUid: name, cpuMillis: 1, memoryBytes: 1 })),
    releases: [],
  });
  await store.heartbeats.put(clusterId, { ...configMap('beat'), uid: 'u', body: '{}' });
  const requests = [{ clusterId, namespace: 'default', count: 1 }];
  await store.metering.addRequests(requests, new Date());
  await sql`update berth.usage_pieces set to_at = to_at - interval '1 hour' where cluster_id = ${clusterId}`;
  await store.metering.rollUp();
  return cluster;
}

/** Every table that tells of clusters, so that one added later is counted too. */
async function rowsOf(clusterId: string): Promise<Record<string, number>> {
  const tables = await sql<{ name: string; column: string }[]>`
    select c.relname as name, a.attname as column
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'berth'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and (a.attname = 'cluster_id' or (c.relname like '%clusters' and a.attname = 'id'))
    order by c.relname`;
  const counts: Record<string, number> = {};
  for (const { name, column } of tables) {
    const [row] = await sql<{ count: string }[]>`
      select count(*) from berth.${sql(name)} where ${sql(column)} = ${clusterId}`;
    counts[name] = Number(row?.count);
  }
  return counts;
}

const noRows = (counts: Record<string, number>) =>
  Object.fromEntries(Object.keys(counts).map((name) => [name, 0]));
const claimedPods = async () => (await store.nodeCapacity.usage())[0]?.claimed.pods;

async function removeAll(clusterId: string, limit = 1_000): Promise<number[]> {
  const steps: number[] = [];
  for (;;) {
    const removed = await openAnother().removals.removeRows(clusterId, limit);
    if (removed === 0) return steps;
    steps.push(removed);
  }
}

test('no row of a removed cluster is left in any table, and none of its neighbour is touched', async () => {
  const neighbour = await fullCluster('beside');
  await fullCluster('gone');
  const [mine, theirs] = [await rowsOf('gone'), await rowsOf('beside')];
  expect(Object.entries(mine).filter(([name, count]) => count === 0 && name !== 'former_clusters')).toEqual(
    [],
  );
  expect(Object.keys(mine).length).toBeGreaterThanOrEqual(9);
  expect(await claimedPods()).toBe(2 * pods);

  expect(await store.removals.begin('gone')).toMatchObject({ status: 'applied' });
  const steps = await removeAll('gone', 10);
  expect(Math.max(...steps)).toBeLessThanOrEqual(10);
  await store.removals.end('gone');

  const left = await rowsOf('gone');
  expect(left).toEqual(noRows(left));
  expect(await rowsOf('beside')).toEqual(theirs);
  expect(await claimedPods()).toBe(pods);
  // What was asked of it is the fleet's to know, under the tenant's name.
  const where = [{ field: 'formerCluster', isEqual: true, value: 'gone' } as const];
  const records = await store.audit.list('system', { limit: 100, where });
  expect(records).toHaveLength(12);
  expect(records[0]).toMatchObject({ username: 'u', namespace: 't', formerCluster: 'gone', code: 403 });
  expect(await neighbour.write(create(configMap('after')))).toMatchObject({ status: 'applied' });
});

test('a cluster whose removal has begun is gone for everybody, though its rows are there', async () => {
  const other = openAnother();
  const cluster = await fullCluster('ended');
  await other.cluster('ended').replica();
  await store.removals.begin('ended');
  const seen = other.cluster('ended');
  expect(await seen.get(configMap('pod-1'))).toBeUndefined();
  const missing = { code: 'STORE_CLUSTER_MISSING' };
  await expect(seen.list({ resource: 'configmaps' })).rejects.toMatchObject(missing);
  await expect(seen.write(create(configMap('late')))).rejects.toMatchObject(missing);
  await expect(seen.replica()).rejects.toMatchObject(missing);
  await expect(seen.changes(0, 10)).rejects.toMatchObject(missing);
  await expect(cluster.head()).rejects.toMatchObject(missing);
  expect(await other.clusterOwner('ended')).toBeUndefined();
  expect((await other.assignedTo('n')).map(({ clusterId }) => clusterId)).not.toContain('ended');
  expect(await other.signingKeys.list('ended')).toEqual([]);
  expect(await other.clustersWithWork(new Date(), 1_000)).not.toContain('ended');
  const due = { limit: 1_000, redispatchAfterMs: 1 };
  expect(await other.takeDueClusters(new Date(), due)).not.toContain('ended');
  expect(await store.removals.pending()).toEqual(['ended']);
});

test('a cluster is gone once deleted, from every process', async () => {
  const other = openAnother();
  await store.createCluster({ clusterId: 'away', tenantId: 't', seed: [create(configMap('a'))] });
  expect((await other.cluster('away').replica()).list('configmaps')).toHaveLength(1);
  expect(await other.clusterExists('away')).toBe(true);
  await deleteCluster(store, 'away');
  expect(await store.clusterExists('away')).toBe(false);
  await expect(other.cluster('away').replica()).rejects.toMatchObject({ code: 'STORE_CLUSTER_MISSING' });
  expect(other.cluster('away').warmReplica()).toBeUndefined();
  expect(await other.clusterExists('away')).toBe(false);
  expect(await store.cluster('away').get(configMap('a'))).toBeUndefined();
  await expect(store.cluster('away').changes(0, 10)).rejects.toMatchObject({
    code: 'STORE_CLUSTER_MISSING',
  });
  await deleteCluster(store, 'away');
});

test('an id is free again when the removal has ended, and its next log begins beyond the former', async () => {
  const former = await fullCluster('again');
  const head = await former.head();
  const make = () =>
    openAnother().createCluster({ clusterId: 'again', tenantId: 'u', seed: [create(configMap('new'))] });
  await store.removals.begin('again');
  expect(await make()).toEqual({ status: 'exists' });
  await removeAll('again');
  expect(await make()).toEqual({ status: 'exists' });
  await store.removals.end('again');
  const made = await make();
  expect(made).toMatchObject({ status: 'applied' });
  expect(made.status === 'applied' && made.revision).toBeGreaterThan(head);
  await expect(store.cluster('again').changes(head, 10)).rejects.toMatchObject({ code: 'STORE_COMPACTED' });
});

test('a cluster of a former one\u2019s id is never mistaken for it', async () => {
  const other = openAnother();
  const again = (name: string) =>
    store.createCluster({ clusterId: 'next', tenantId: 't', seed: [create(configMap(name))] });
  await again('old');
  const former = await other.cluster('next').replica();
  await deleteCluster(store, 'next');
  await again('new');
  const replica = await other.cluster('next').replica();
  expect(replica.list('configmaps').map(({ name }) => name)).toEqual(['new']);
  expect(replica.revision).toBeGreaterThan(former.revision);
  await expect(other.cluster('next').changes(former.revision, 10)).rejects.toMatchObject({
    code: 'STORE_COMPACTED',
  });
  expect(await store.clustersWithWork(new Date(0), 100)).toContain('next');
});
describe('each step of a removal', () => {
  test('may be taken again by anybody', async () => {
    await fullCluster('twice');
    await Promise.all([store.removals.begin('twice'), openAnother().removals.begin('twice')]);
    await store.removals.begin('twice');
    await Promise.all([removeAll('twice', 7), removeAll('twice', 5)]);
    await Promise.all([store.removals.end('twice'), openAnother().removals.end('twice')]);
    expect(await rowsOf('twice')).toEqual(noRows(await rowsOf('twice')));
    expect(await claimedPods()).toBeLessThan(4 * pods);
  });

  test('does nothing to a cluster that has not ended', async () => {
    const cluster = await fullCluster('alive');
    const before = await rowsOf('alive');
    expect(await store.removals.removeRows('alive', 10)).toBe(0);
    await store.removals.end('alive');
    expect(await rowsOf('alive')).toEqual(before);
    expect((await cluster.get(configMap('pod-1')))?.name).toBe('pod-1');
  });

  test('and its record in the system cluster happen together or not at all', async () => {
    await fullCluster('kept');
    const record = { resource: 'clusters.platform.berth.dev', namespace: 't', name: 'kept' };
    expect(await store.removals.begin('kept', update(record))).toEqual({ status: 'missing' });
    expect(await store.clusterOwner('kept')).toEqual({ tenantId: 't', suspended: false });
    await store.cluster('system').write(create(record));
    const begun = await store.removals.begin('kept', update(record, { terminating: true }));
    expect(begun).toEqual({ status: 'applied', revision: await store.cluster('system').head() });
    expect((await store.cluster('system').terminating(record.resource)).map(({ name }) => name)).toEqual([
      'kept',
    ]);
    await removeAll('kept');
    const stale = remove(record, { expected: { revision: 1 } });
    expect(await store.removals.end('kept', stale)).toMatchObject({ status: 'conflict' });
    expect(await store.removals.pending()).toContain('kept');
    await store.removals.end('kept', remove(record));
    expect(await store.removals.pending()).not.toContain('kept');
    expect(await store.cluster('system').get(record)).toBeUndefined();
  });
});

test('a cluster may begin suspended, with its first objects and keys', async () => {
  const seed = [create(configMap('a'))];
  const signingKey = {
    keyId: 'k',
    algorithm: 'ES256',
    publicJwk: { kty: 'EC' },
    sealedPrivateJwk: 's',
    signsFrom: new Date(0),
  };
  await store.createCluster({
    clusterId: 'asleep',
    tenantId: 't',
    seed,
    suspended: true,
    signingKeys: [signingKey],
  });
  expect(await store.signingKeys.list('asleep')).toMatchObject([signingKey]);
  expect(await store.clusterOwner('asleep')).toEqual({ tenantId: 't', suspended: true });
  expect(await store.cluster('asleep').write(create(configMap('b')))).toEqual({ status: 'suspended' });
  expect((await store.cluster('asleep').get(configMap('a')))?.name).toBe('a');
});

test('a node hears nothing of the objects of a suspended cluster until it is resumed', async () => {
  const seed = [create(configMap('a'), { node: 'quiet' })];
  await store.createCluster({ clusterId: 'napping', tenantId: 't', seed });
  const heard = async () => (await store.assignedTo('quiet')).map(({ clusterId }) => clusterId);
  expect(await heard()).toEqual(['napping']);
  await store.setSuspended('napping', true);
  expect(await heard()).toEqual([]);
  await store.setSuspended('napping', false);
  expect(await heard()).toEqual(['napping']);
});

test('a cluster is suspended and resumed together with the record of it', async () => {
  await store.createCluster({ clusterId: 'paused', tenantId: 't', seed: [] });
  const record = { resource: 'clusters.platform.berth.dev', namespace: 't', name: 'paused' };
  const change = (suspended: boolean) =>
    store.recordSuspended({ clusterId: 'paused', suspended }, update(record));
  expect(await change(true)).toEqual({ status: 'missing' });
  expect((await store.clusterOwner('paused'))?.suspended).toBe(false);
  await store.cluster('system').write(create(record));
  expect(await change(true)).toMatchObject({ status: 'applied' });
  expect((await store.clusterOwner('paused'))?.suspended).toBe(true);
  await change(false);
  expect((await store.clusterOwner('paused'))?.suspended).toBe(false);
});
