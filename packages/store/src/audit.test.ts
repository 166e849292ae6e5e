import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import {
  appliedRevision,
  configMap,
  create,
  namespaceKey,
  openTestStore,
  update,
} from '../../../test/support/store.ts';
import type { AuditRow } from './audit-log.ts';
import type { AuditRecord } from './types.ts';

const { store, newCluster, databaseUrl } = await openTestStore();
const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined });
afterAll(() => sql.end());
await store.createCluster({ clusterId: 'system', tenantId: 'system', seed: [] });

const all = { limit: 100 };

function record(name: string, more: Partial<AuditRecord> = {}): AuditRecord {
  const known = { username: 'eve', verb: 'create', resource: 'configmaps', namespace: 'default', code: 201 };
  return { ...known, name, event: JSON.stringify({ auditID: name }), ...more };
}

/** A record that counts how often it was told to rest. */
function audited(name: string) {
  const told = { times: 0 };
  return { told, audit: { record: record(name), onRecorded: () => void (told.times += 1) } };
}

const seen = (rows: readonly AuditRow[]) => rows.map(({ name, seq }) => [name, seq]);

test('a write that applies is recorded with its revision, and one that does not is not', async () => {
  const cluster = await newCluster([create(namespaceKey('default'))]);
  const records = ['a', 'b', 'c', 'd'].map(audited);
  const [first, , , last] = await Promise.all([
    cluster.write(create(configMap('a'), { ...records[0] })),
    cluster.write(create(configMap('a'), { ...records[1] })),
    cluster.write(create(configMap('x'), { within: namespaceKey('nowhere'), ...records[2] })),
    cluster.write(create(configMap('d'), { ...records[3] })),
    cluster.write(create(configMap('unrecorded'))),
  ]);
  const rows = await store.audit.list(cluster.clusterId, all);
  expect(seen(rows)).toEqual([
    ['a', appliedRevision(first)],
    ['d', appliedRevision(last)],
  ]);
  expect(rows[0]).toEqual({ ...record('a'), at: expect.any(Date), seq: appliedRevision(first) });
  expect(records.map(({ told }) => told.times)).toEqual([1, 0, 0, 1]);
  const [change] = await cluster.changes(appliedRevision(first) - 1, 1);
  expect(rows[0]?.at).toEqual(change?.at);
});

test('what is written together is recorded together or not at all', async () => {
  const cluster = await newCluster();
  const [one, two, three] = [audited('one'), audited('two'), audited('three')];
  await cluster.writeTogether([create(configMap('one'), one), create(configMap('two'), two)]);
  await cluster.writeTogether([create(configMap('three'), three), create(configMap('one'))]);
  expect(seen(await store.audit.list(cluster.clusterId, all)).map(([name]) => name)).toEqual(['one', 'two']);
  expect([one, two, three].map(({ told }) => told.times)).toEqual([1, 1, 0]);
});

test("a new cluster is recorded in the system cluster's log", async () => {
  const { told, audit } = audited('made');
  const recordedBy = create(
    { resource: 'clusters.platform.berth.dev', namespace: 't', name: 'made' },
    { audit },
  );
  await store.createCluster({ clusterId: 'made', tenantId: 't', seed: [], recordedBy });
  expect(
    seen(
      await store.audit.list('system', { ...all, where: [{ field: 'name', isEqual: true, value: 'made' }] }),
    ),
  ).toHaveLength(1);
  expect(told.times).toBe(1);
  // There is one already.
  await store.createCluster({ clusterId: 'made', tenantId: 't', seed: [], recordedBy });
  expect(told.times).toBe(1);
});

test('requests that wrote nothing are added below 0, those of no cluster in the system cluster', async () => {
  const { clusterId } = await newCluster();
  const at = new Date();
  await store.audit.append([
    { ...record('refused', { code: 403 }), clusterId, at },
    { ...record('also', { code: 409 }), clusterId, at },
    { ...record('stray', { code: 401 }), clusterId: 'nowhere', at },
  ]);
  const rows = await store.audit.list(clusterId, all);
  expect(new Set(rows.map(({ name, code }) => `${name} ${code}`))).toEqual(
    new Set(['also 409', 'refused 403']),
  );
  expect(rows.every(({ seq }) => seq < 0)).toBe(true);
  const found = await store.audit.get(clusterId, rows[0] ?? { at, seq: 0 });
  expect(found).toEqual(rows[0]);
  const stray = await store.audit.list('system', {
    ...all,
    where: [{ field: 'name', isEqual: true, value: 'stray' }],
  });
  expect(stray).toHaveLength(1);
});

test('a list is cut, goes on where it was, and holds what its conditions and times select', async () => {
  const { clusterId } = await newCluster();
  const start = Date.now();
  const times = [0, 1, 2, 3, 4].map((minutes) => new Date(start + minutes));
  await store.audit.append(
    times.map((at, i) => ({
      ...record(`r${i}`, { verb: i % 2 ? 'get' : 'create', code: 400 + i }),
      clusterId,
      at,
    })),
  );
  const names = async (query: Parameters<typeof store.audit.list>[1]) =>
    (await store.audit.list(clusterId, query)).map(({ name }) => name);
  const first = await store.audit.list(clusterId, { limit: 2 });
  expect(first.map(({ name }) => name)).toEqual(['r0', 'r1']);
  const after = first[1];
  expect(await names({ limit: 2, ...(after && { after }) })).toEqual(['r2', 'r3']);
  expect(await names({ ...all, since: times[3] ?? new Date() })).toEqual(['r3', 'r4']);
  expect(await names({ ...all, until: times[1] ?? new Date() })).toEqual(['r0']);
  expect(await names({ ...all, where: [{ field: 'verb', isEqual: true, value: 'get' }] })).toEqual([
    'r1',
    'r3',
  ]);
  expect(
    await names({
      ...all,
      where: [
        { field: 'verb', isEqual: false, value: 'get' },
        { field: 'code', isEqual: true, value: '402' },
      ],
    }),
  ).toEqual(['r2']);
});

test('a record may hold whatever a request brings', async () => {
  const cluster = await newCluster();
  const name = `odd \u0000\u001e\u001f\ud800 ${'x'.repeat(5_000)}`;
  const audit = { record: record(name, { event: JSON.stringify({ name }) }), onRecorded: () => undefined };
  expect(await cluster.write(create(configMap('odd'), { audit }))).toMatchObject({ status: 'applied' });
  await store.audit.append([{ ...record(name), clusterId: cluster.clusterId, at: new Date() }]);
  const rows = await store.audit.list(cluster.clusterId, all);
  expect(rows.map((row) => row.name.slice(0, 8))).toEqual([
    'odd \ufffd\ufffd\ufffd\ufffd',
    'odd \ufffd\ufffd\ufffd\ufffd',
  ]);
  expect(JSON.parse(rows[0]?.event ?? '')).toEqual({ name });
});

test.for(['update berth.audit set code = 0', 'delete from berth.audit', 'truncate berth.audit'])(
  'the roles of the application cannot do: %s',
  async (statement) => {
    for (const role of ['berth_app', 'berth_fleet']) {
      const attempt = sql.begin(async (transaction) => {
        await transaction.unsafe(`set local role ${role}`);
        await transaction`select set_config('berth.cluster_id', 'system', true)`;
        await transaction.unsafe(statement);
      });
      await expect(attempt).rejects.toMatchObject({ code: '42501' });
    }
  },
);

test('a record rests in the partition of its day, and leaves with it', async () => {
  const cluster = await newCluster();
  await cluster.write(create(configMap('a'), audited('a')));
  expect(await store.audit.dropExpired(new Date(), 24 * 3_600_000)).toBe(0);
  expect(await store.audit.list(cluster.clusterId, all)).toHaveLength(1);
  expect(
    await store.audit.dropExpired(new Date(Date.now() + 3 * 24 * 3_600_000), 24 * 3_600_000),
  ).toBeGreaterThan(0);
  expect(await store.audit.list(cluster.clusterId, all)).toEqual([]);
  // The next write makes what it needs.
  expect(await cluster.write(update(configMap('a'), audited('b')))).toMatchObject({ status: 'applied' });
  expect(await store.audit.list(cluster.clusterId, all)).toHaveLength(1);
});
