import { randomBytes } from 'node:crypto';
import { createBodyCipher, fixedMasterKeys } from '@berth/auth';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { configMap, create, openTestStore } from '../../../test/support/store.ts';

const bodyCipher = createBodyCipher(fixedMasterKeys(randomBytes(32)), ['secrets']);
const { store, newCluster, databaseUrl } = await openTestStore({ bodyCipher });
const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined });
afterAll(() => sql.end());

const mine = await newCluster();
const neighbour = await newCluster();
for (const cluster of [mine, neighbour]) {
  const { clusterId } = cluster;
  await cluster.write(create(configMap('a'), { node: 'n' }));
  await cluster.write(create(configMap('limits'), { quota: { scopes: [], hard: [] } }));
  await cluster.write(create({ resource: 'secrets', namespace: 'default', name: 'a' }));
  await store.nodeCapacity.set('n', { cpuMillis: 9, memoryBytes: 9, pods: 9 });
  await cluster.commitTurn({
    expectedCursor: 0,
    cursor: 1,
    coversOwnWrites: true,
    writes: [],
    setTimers: [{ key: 'k', dueAt: new Date(0) }],
    clearTimers: [],
    outbox: [{ topic: 't', payload: {} }],
    claims: [{ node: 'n', podUid: clusterId, cpuMillis: 1, memoryBytes: 1 }],
    releases: [],
  });
  await cluster.write(create(configMap('holder'), { usage: { tags: [], amounts: {}, holds: ['port/1'] } }));
  await store.audit.append([
    {
      clusterId,
      at: new Date(),
      username: 'u',
      verb: 'get',
      resource: '',
      namespace: '',
      name: '',
      code: 403,
      event: '{}',
    },
  ]);
  await store.heartbeats.put(clusterId, { ...configMap('beat'), uid: 'u', body: '{}' });
  await store.signingKeys.insert(clusterId, {
    keyId: 'k',
    algorithm: 'EdDSA',
    publicJwk: {},
    sealedPrivateJwk: 's',
    signsFrom: new Date(0),
  });
  await store.metering.addRequests([{ clusterId, namespace: 'default', count: 1 }], new Date(0));
}
await sql`update berth.usage_pieces set to_at = from_at`;
await store.metering.rollUp();
await store.createCluster({ clusterId: 'former', tenantId: 't', seed: [] });
await store.removals.begin('former');

/** Every table of the schema, so that one added later cannot stay open. */
const tables = (
  await sql<{ name: string; column: string | null }[]>`
    select c.relname as name, (
      select attname from pg_attribute a
      where a.attrelid = c.oid and attname in ('cluster_id', case when c.relname like '%clusters' then 'id' end)
    ) as column
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'berth' and c.relkind in ('r', 'p') and not c.relispartition`
).map((table) => ({ ...table }));

function as<T>(
  role: string,
  clusterId: string | undefined,
  query: (sql: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  const run = sql.begin(async (transaction) => {
    await transaction.unsafe(`set local role ${role}`);
    if (clusterId !== undefined) await transaction`select set_config('berth.cluster_id', ${clusterId}, true)`;
    return { result: await query(transaction) };
  });
  return run.then(({ result }) => result as T);
}

test('every table is closed by row-level security', async () => {
  const open = await sql`
    select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'berth' and c.relkind in ('r', 'p') and not c.relispartition and not c.relrowsecurity`;
  expect([...open]).toEqual([]);
  expect(tables.length).toBeGreaterThanOrEqual(10);
});

test.for(tables.filter(({ column }) => column !== null && column !== undefined))(
  'a query of $name that forgets its WHERE sees its own cluster alone, and without a cluster nothing',
  async ({ name, column }) => {
    const everything = await sql<
      { owner: string }[]
    >`select ${sql(column ?? '')} as owner from berth.${sql(name)}`;
    const owners = new Set(everything.map(({ owner }) => owner));
    const own = name === 'former_clusters' ? 'former' : mine.clusterId;
    expect(owners).toContain(own);
    if (name !== 'former_clusters') expect(owners).toContain(neighbour.clusterId);
    const select = (transaction: postgres.TransactionSql) =>
      transaction<
        { owner: string }[]
      >`select ${transaction(column ?? '')} as owner from berth.${transaction(name)}`;
    const seen = await as('berth_app', own, select);
    expect(new Set(seen.map(({ owner }) => owner))).toEqual(new Set([own]));
    expect([...(await as('berth_app', undefined, select))]).toEqual([]);
    expect([...(await as('berth_app', '', select))]).toEqual([]);
  },
);

test('a write that names a neighbour is refused, and one that forgets its WHERE changes the own cluster alone', async () => {
  await expect(
    as('berth_app', mine.clusterId, (transaction) =>
      transaction`insert into berth.timers (cluster_id, key, due_at) values (${neighbour.clusterId}, 'x', now())`.execute(),
    ),
  ).rejects.toMatchObject({ code: '42501' });
  await as('berth_app', mine.clusterId, (transaction) => transaction`delete from berth.timers`.execute());
  expect(await mine.nextTimer()).toBeUndefined();
  expect(await neighbour.nextTimer()).toMatchObject({ key: 'k' });
});

test('a function that is called for a cluster leaves the connection without one', async () => {
  await sql`select berth.remove_cluster_rows('nowhere', 1)`;
  const [setting] = await sql<
    { id: string | null }[]
  >`select current_setting('berth.cluster_id', true) as id`;
  expect(setting?.id ?? '').toBe('');
});

test.for(['log', 'heartbeats', 'signing_keys', 'data_keys', 'audit', 'node_claims', 'revision_floor'])(
  'work over the fleet cannot read %s',
  async (table) => {
    await expect(
      as('berth_fleet', undefined, (transaction) =>
        transaction`select from berth.${transaction(table)}`.execute(),
      ),
    ).rejects.toMatchObject({ code: '42501' });
  },
);

test('a partition cannot be read past the walls of its table', async () => {
  const [partition] = await sql<{ name: string }[]>`
    select relname as name from pg_class where relispartition and relkind = 'r' and relname like 'log_2%' limit 1`;
  await expect(
    as('berth_app', mine.clusterId, (transaction) =>
      transaction`select from berth.${transaction(partition?.name ?? '')}`.execute(),
    ),
  ).rejects.toMatchObject({ code: '42501' });
});
