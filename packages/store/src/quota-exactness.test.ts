import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type ObjectUsage,
  type QuotaRule,
} from '@berth/machinery';
import fc from 'fast-check';
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
import type { ClusterStore, ObjectKey, Outcome, Store, Write } from './index.ts';

const { store, openAnother, newCluster, databaseUrl } = await openTestStore({ clusterPoolSize: 4 });
const stores: readonly Store[] = [store, openAnother(), openAnother()];
const storeOf = (i: number): Store => stores[i % stores.length] ?? store;
const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => sql.end());

const pod = (name: string, namespace = 'default'): ObjectKey => ({ resource: 'pods', namespace, name });
const onePod = { usage: { tags: [], amounts: { pods: '1' } } };

function quota(
  hard: Record<string, string>,
  more: { name?: string; namespace?: string; scopes?: QuotaRule['scopes'] } = {},
) {
  const { name = 'q', namespace = 'default', scopes = [] } = more;
  const limits = Object.entries(hard).map(([resource, quantity]) => ({
    resource,
    counter: resource,
    quantity,
  }));
  const body = JSON.stringify({ metadata: { name, namespace }, spec: { hard }, status: {} });
  return create({ resource: 'resourcequotas', namespace, name }, { quota: { scopes, hard: limits }, body });
}

async function usedOf(
  cluster: ClusterStore,
  name = 'q',
  namespace = 'default',
): Promise<Record<string, string>> {
  const stored = await cluster.get({ resource: 'resourcequotas', namespace, name });
  const { status }: { status: { used?: Record<string, string> } } = JSON.parse(stored?.body ?? '{}');
  return status.used ?? {};
}

const appliedAmong = (outcomes: readonly Outcome[]) =>
  outcomes.filter(({ status }) => status === 'applied').length;

test('a thousand concurrent creates over several processes leave exactly what the quota allows', async () => {
  const { clusterId } = await newCluster([quota({ pods: '10' })]);
  const outcomes = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      storeOf(i)
        .cluster(clusterId)
        .write(create(pod(`p${i}`), onePod)),
    ),
  );
  expect(appliedAmong(outcomes)).toBe(10);
  const refused = outcomes.filter(({ status }) => status === 'quota');
  expect(refused).toHaveLength(990);
  expect(refused.at(-1)).toMatchObject({
    refusal: { exceeded: [{ resource: 'pods', requested: '1', used: '10', limited: '10' }] },
  });
  const cluster = store.cluster(clusterId);
  expect((await cluster.list({ resource: 'pods' })).items).toHaveLength(10);
  expect(await usedOf(cluster)).toEqual({ pods: '10' });
});

test('a plan holds over all clusters of a tenant, over several processes', async () => {
  const clusterIds = ['plan-1', 'plan-2', 'plan-3'];
  for (const clusterId of clusterIds) await store.createCluster({ clusterId, tenantId: 'planned', seed: [] });
  await store.cluster('plan-1').write(create(pod('before'), onePod));
  await store.tenantLimits.set('planned', { pods: '10', 'count/configmaps': '7', clusters: '5' });
  const writes = Array.from({ length: 300 }, (_, i) => {
    const clusterId = clusterIds[i % clusterIds.length] ?? '';
    const write = i % 2 === 0 ? create(pod(`p${i}`), onePod) : create(configMap(`c${i}`));
    return storeOf(Math.floor(i / 3))
      .cluster(clusterId)
      .write(write);
  });
  const clusters = Array.from({ length: 12 }, (_, i) =>
    storeOf(i).createCluster({
      clusterId: `plan-more-${i}`,
      tenantId: 'planned',
      seed: [create(configMap('seed'))],
    }),
  );
  const outcomes = await Promise.all(writes);
  const made = (await Promise.all(clusters)).filter((created) => created.status === 'applied');
  expect(await store.tenantLimits.usage('planned')).toEqual([
    { resource: 'clusters', hard: '5', used: String(3 + made.length) },
    { resource: 'count/configmaps', hard: '7', used: '7' },
    { resource: 'pods', hard: '10', used: '10' },
  ]);
  expect(made.length).toBeLessThanOrEqual(2);
  expect(appliedAmong(outcomes)).toBe(9 + 7 - made.length);
  expect(outcomes.find(({ status }) => status === 'quota')).toMatchObject({
    refusal: { by: 'plan', tenant: 'planned' },
  });

  await Promise.all([deleteCluster(store, 'plan-1'), deleteCluster(store, 'plan-2')]);
  const left = await store.cluster('plan-3').list({ resource: 'pods' });
  expect(await store.tenantLimits.usage('planned')).toMatchObject([
    { used: String(1 + made.length) },
    {},
    { used: String(left.items.length) },
  ]);
});

test('clusters beyond the plan are refused, and one that is deleted makes room', async () => {
  await store.tenantLimits.set('few', { clusters: '1' });
  const make = (clusterId: string) => store.createCluster({ clusterId, tenantId: 'few', seed: [] });
  expect(await make('few-1')).toMatchObject({ status: 'applied' });
  expect(await make('few-2')).toEqual({
    status: 'quota',
    refusal: {
      by: 'plan',
      tenant: 'few',
      exceeded: [{ resource: 'clusters', requested: '1', used: '1', limited: '1' }],
    },
  });
  expect(await store.clusterExists('few-2')).toBe(false);
  await deleteCluster(store, 'few-1');
  expect(await make('few-2')).toMatchObject({ status: 'applied' });
});

test('limits that are set while clusters are written to count every write once', async () => {
  const clusterIds = ['race-1', 'race-2'];
  for (const clusterId of clusterIds) await store.createCluster({ clusterId, tenantId: 'raced', seed: [] });
  let isDone = false;
  const writers = clusterIds.flatMap((clusterId) =>
    stores.map(async (each, s) => {
      for (let i = 0; !isDone; i++) {
        await each.cluster(clusterId).write(create(pod(`p${s}-${i}`), onePod));
        if (i % 3 === 0) await each.cluster(clusterId).write(remove(pod(`p${s}-${i}`), onePod));
      }
    }),
  );
  for (let round = 0; round < 12; round++) {
    await store.tenantLimits.set('raced', round % 2 === 0 ? { pods: '100k', clusters: '9' } : {});
  }
  await store.tenantLimits.set('raced', { pods: '100k' });
  isDone = true;
  await Promise.all(writers);
  let pods = 0;
  for (const clusterId of clusterIds)
    pods += (await store.cluster(clusterId).list({ resource: 'pods' })).items.length;
  expect(pods).toBeGreaterThan(10);
  const [usage] = await store.tenantLimits.usage('raced');
  expect(compareQuantities(usage?.used ?? '', String(pods))).toBe(0);
});

/** What the database counts, from the objects alone. */
interface Counted {
  readonly namespace: string;
  readonly resource: string;
  readonly usage: ObjectUsage | undefined;
}

async function objectsOf(clusterId: string): Promise<Counted[]> {
  const rows = await sql<{ namespace: string; resource: string; body: string }[]>`
    select namespace, resource, body from berth.objects where cluster_id = ${clusterId}`;
  return rows.map(({ namespace, resource, body }) => ({
    namespace,
    resource,
    usage: (JSON.parse(body) as { usage?: ObjectUsage }).usage,
  }));
}

function total(objects: readonly Counted[], counter: string, tag?: string): string {
  let sum = '0';
  for (const { resource, usage } of objects) {
    if (tag !== undefined && !usage?.tags.includes(tag)) continue;
    const amount = counter === `count/${resource}` ? '1' : usage?.amounts[counter];
    if (amount !== undefined) sum = formatQuantity(addQuantities(sum, amount));
  }
  return sum;
}

const counters = ['pods', 'requests.cpu', 'requests.memory', 'count/pods', 'count/configmaps'];
const namespaces = ['one', 'two'];

async function expectExact(clusterIds: readonly string[], tenantId: string): Promise<void> {
  const everything: Counted[] = [];
  for (const clusterId of clusterIds) {
    const objects = await objectsOf(clusterId);
    everything.push(...objects);
    const rows = await sql<{ namespace: string; resource: string; class: string; used: string }[]>`
      select namespace, resource, class, used::text from berth.usage where cluster_id = ${clusterId}`;
    expect(rows.every(({ used }) => Number(used) >= 0)).toBe(true);
    for (const namespace of namespaces) {
      const own = objects.filter((object) => object.namespace === namespace);
      for (const counter of counters) {
        const counted = rows
          .filter((row) => row.namespace === namespace && row.resource === counter)
          .reduce((sum, { used }) => formatQuantity(addQuantities(sum, used)), '0');
        expect({ counter, used: compareQuantities(counted, total(own, counter)) }).toEqual({
          counter,
          used: 0,
        });
      }
      for (const [name, tag] of [
        ['all', undefined],
        ['short', 'Terminating'],
      ] as const) {
        for (const [counter, used] of Object.entries(
          await usedOf(store.cluster(clusterId), name, namespace),
        )) {
          expect({ name, counter, is: compareQuantities(used, total(own, counter, tag)) }).toEqual({
            name,
            counter,
            is: 0,
          });
        }
      }
    }
    expect(await store.recount(clusterId)).toBe(0);
  }
  for (const { resource, used, hard } of await store.tenantLimits.usage(tenantId)) {
    const expected = resource === 'clusters' ? String(clusterIds.length) : total(everything, resource);
    expect({ resource, is: compareQuantities(used, expected) }).toEqual({ resource, is: 0 });
    expect(compareQuantities(used, hard)).toBeLessThanOrEqual(0);
  }
}

const usage = fc.record({
  tags: fc.constantFrom(['NotTerminating'], ['Terminating'], ['Terminating', 'PriorityClass=high']),
  amounts: fc.constantFrom<Record<string, string>>(
    { pods: '1', 'requests.cpu': '100m', 'requests.memory': '64Mi' },
    { pods: '1', 'requests.cpu': '1500m' },
    { pods: '1' },
    {},
  ),
});
const oneWrite = fc.record({
  op: fc.constantFrom('create', 'create', 'update', 'delete'),
  namespace: fc.constantFrom(...namespaces),
  name: fc.integer({ min: 0, max: 11 }).map((n) => `o${n}`),
  usage: fc.option(usage, { nil: undefined, freq: 5 }),
});
type OneWrite = typeof oneWrite extends fc.Arbitrary<infer T> ? T : never;
const step = fc.record({
  cluster: fc.nat({ max: 1 }),
  store: fc.nat({ max: 2 }),
  kind: fc.constantFrom('single', 'single', 'single', 'turn', 'together', 'failing', 'quota'),
  writes: fc.array(oneWrite, { minLength: 1, maxLength: 6 }),
});

function toWrite({ op, namespace, name, usage: uses }: OneWrite): Write {
  const key: ObjectKey = { resource: uses ? 'pods' : 'configmaps', namespace, name };
  const body = JSON.stringify({ metadata: { name, namespace }, ...(uses && { usage: uses }) });
  const more = { body, ...(uses && { usage: uses }) };
  if (op === 'delete') return remove(key, more);
  return op === 'create' ? create(key, more) : update(key, more);
}

const scopes = [{ any: ['Terminating'], none: [] }];
const quotasOf = (namespace: string) => [
  quota(
    { pods: '6', 'requests.cpu': '3', 'requests.memory': '1Gi', 'count/configmaps': '5' },
    { name: 'all', namespace },
  ),
  quota({ pods: '3', 'count/pods': '5' }, { name: 'short', namespace, scopes }),
];

/** What a client, a controller or an administrator does. Whatever becomes of it, the counters must be right. */
async function run(
  each: Store,
  clusterId: string,
  { kind, writes }: { kind: string; writes: readonly OneWrite[] },
) {
  const cluster = each.cluster(clusterId);
  switch (kind) {
    case 'turn': {
      const cursor = await cluster.cursor();
      const effects = { setTimers: [], clearTimers: [], outbox: [], claims: [], releases: [] };
      return cluster.commitTurn({
        expectedCursor: cursor,
        cursor,
        coversOwnWrites: false,
        writes: writes.map(toWrite),
        ...effects,
      });
    }
    case 'together':
      return cluster.writeTogether(writes.map(toWrite));
    case 'failing':
      // The last one meets nothing: all of them are taken back.
      return cluster.writeTogether([...writes.map(toWrite), update(configMap('nowhere'))]);
    case 'quota': {
      const [first] = quotasOf(writes[0]?.namespace ?? '');
      if (!first) return undefined;
      const { uid: _uid, ...rest } = first;
      return Promise.all([cluster.write({ ...rest, op: 'delete', uid: '' }), cluster.write(first)]);
    }
    default:
      return Promise.all(writes.map((write) => cluster.write(toWrite(write))));
  }
}

test('whatever is written, by however many at once, what is counted is what the objects use', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const tenantId = `property-${++runs}`;
      await store.tenantLimits.set(tenantId, {
        pods: '9',
        'requests.cpu': '5',
        'count/configmaps': '8',
        clusters: '3',
      });
      const clusterIds = [`${tenantId}-a`, `${tenantId}-b`];
      for (const clusterId of clusterIds) {
        await store.createCluster({ clusterId, tenantId, seed: namespaces.flatMap(quotasOf) });
      }
      // Eight at a time, over three processes and two clusters.
      for (let i = 0; i < steps.length; i += 8) {
        await Promise.all(
          steps.slice(i, i + 8).map((each) => {
            return run(storeOf(each.store), clusterIds[each.cluster] ?? '', each);
          }),
        );
      }
      await expectExact(clusterIds, tenantId);
      for (const clusterId of clusterIds) await deleteCluster(store, clusterId);
      expect((await store.tenantLimits.usage(tenantId)).map(({ used }) => used)).toEqual([
        '0',
        '0',
        '0',
        '0',
      ]);
    }),
    { numRuns: 25 },
  );
}, 60_000);
