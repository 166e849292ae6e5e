import { parseQuantity, type ObjectUsage, type QuotaRule } from '@berth/machinery';
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, describe, expect, test } from 'vitest';
import { configMap, create, openTestStore, remove, update } from '../../../test/support/store.ts';
import type { ClusterStore, ObjectKey, Outcome, Write } from './index.ts';

const { store, newCluster, databaseUrl } = await openTestStore();
const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => sql.end());

const pod = (name: string, namespace = 'default'): ObjectKey => ({ resource: 'pods', namespace, name });
const quotaKey = (name = 'q', namespace = 'default'): ObjectKey => ({
  resource: 'resourcequotas',
  namespace,
  name,
});

/** A quota over counters of the same names. */
function limits(hard: Record<string, string>, scopes: QuotaRule['scopes'] = []): QuotaRule {
  return {
    scopes,
    hard: Object.keys(hard)
      .sort((a, b) => (a < b ? -1 : 1))
      .map((resource) => ({ resource, counter: resource, quantity: hard[resource] ?? '' })),
  };
}

const quotaBody = (spec: object) => JSON.stringify({ metadata: { name: 'q' }, spec, status: {} });

function limited(
  hard: Record<string, string>,
  options: { name?: string; scopes?: QuotaRule['scopes'] } = {},
) {
  return create(quotaKey(options.name), { quota: limits(hard, options.scopes), body: quotaBody({ hard }) });
}

const uses = (amounts: Record<string, string>, more: Partial<ObjectUsage> = {}): { usage: ObjectUsage } => ({
  usage: { tags: [], amounts, ...more },
});

async function statusOf(cluster: ClusterStore, name = 'q') {
  const stored = await cluster.get(quotaKey(name));
  const { status }: { status: { hard?: Record<string, string>; used?: Record<string, string> } } = JSON.parse(
    stored?.body ?? '{}',
  );
  return status;
}

const usedOf = async (cluster: ClusterStore, name?: string) => (await statusOf(cluster, name)).used;

async function refusalOf(write: Promise<Outcome>) {
  const outcome = await write;
  return outcome.status === 'quota' ? outcome.refusal : outcome.status;
}

describe('a quota', () => {
  test('that is created late counts what is there, and tells it in a log entry of its own', async () => {
    const cluster = await newCluster([
      create(pod('a'), uses({ pods: '1', 'requests.cpu': '250m', 'requests.memory': '128Mi' })),
      create(pod('b'), uses({ pods: '1', 'requests.cpu': '1', 'requests.memory': '64Mi' })),
      create(pod('elsewhere', 'other'), uses({ pods: '1' })),
    ]);
    const hard = {
      pods: '5',
      'requests.cpu': '2',
      'requests.memory': '1Gi',
      'count/pods': '9',
      'count/jobs.batch': '1',
    };
    expect(await cluster.write(limited(hard))).toEqual({ status: 'applied', revision: 4 });
    expect(await cluster.head()).toBe(5);
    expect(await statusOf(cluster)).toEqual({
      hard,
      used: {
        'count/jobs.batch': '0',
        'count/pods': '2',
        pods: '2',
        'requests.cpu': '1250m',
        'requests.memory': '192Mi',
      },
    });
    const [told] = await cluster.changes(4, 1);
    expect(told).toMatchObject({ op: 'update', name: 'q', revision: 5, before: { revision: 4 } });
    expect(told?.after?.startsWith('{"metadata":{"name":"q"},"spec":{"hard":{')).toBe(true);
    expect(Object.keys((await statusOf(cluster)).used ?? {})).toEqual(Object.keys(hard).sort());
  });

  test('refuses what it has no room for, and tells what was requested, used and limited', async () => {
    const cluster = await newCluster([limited({ pods: '2', 'requests.cpu': '1', 'limits.cpu': '4' })]);
    expect(
      await refusalOf(cluster.write(create(pod('a'), uses({ pods: '1', 'requests.cpu': '900m' })))),
    ).toBe('applied');
    const big = uses({ pods: '1', 'requests.cpu': '500m', 'limits.cpu': '8' });
    expect(await refusalOf(cluster.write(create(pod('b'), big)))).toEqual({
      by: 'quota',
      quota: 'q',
      exceeded: [
        { resource: 'limits.cpu', requested: '8', used: '0', limited: '4' },
        { resource: 'requests.cpu', requested: '500m', used: '900m', limited: '1' },
      ],
    });
    expect(await cluster.get(pod('b'))).toBeUndefined();
    expect(
      await refusalOf(cluster.write(create(pod('c'), uses({ pods: '1', 'requests.cpu': '100m' })))),
    ).toBe('applied');
    expect(await refusalOf(cluster.write(create(pod('d'), uses({ pods: '1' }))))).toMatchObject({
      exceeded: [{ resource: 'pods', requested: '1', used: '2', limited: '2' }],
    });
    expect(await refusalOf(cluster.write(create(pod('d', 'other'), uses({ pods: '1' }))))).toBe('applied');
  });

  test('judges the writes of one batch in order, each after those before it that had room', async () => {
    const cluster = await newCluster([limited({ pods: '2' }), create(pod('old'), uses({ pods: '1' }))]);
    const outcomes = await Promise.all([
      cluster.write(create(pod('a'), uses({ pods: '2' }))),
      cluster.write(create(pod('b'), uses({ pods: '1' }))),
      cluster.write(create(pod('c'), uses({ pods: '1' }))),
      cluster.write(remove(pod('old'))),
      cluster.write(create(pod('d'), uses({ pods: '1' }))),
      cluster.write(create(configMap('not-limited'))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'quota',
      'applied',
      'quota',
      'applied',
      'applied',
      'applied',
    ]);
    expect(await usedOf(cluster)).toEqual({ pods: '2' });
  });

  test('that changes in a batch holds for the writes after it and not for those before', async () => {
    const cluster = await newCluster();
    const outcomes = await Promise.all([
      cluster.write(create(pod('a'), uses({ pods: '1' }))),
      cluster.write(limited({ pods: '1' })),
      cluster.write(create(pod('b'), uses({ pods: '1' }))),
      cluster.write(
        update(quotaKey(), { quota: limits({ pods: '2' }), body: quotaBody({ hard: { pods: '2' } }) }),
      ),
      cluster.write(create(pod('c'), uses({ pods: '1' }))),
      cluster.write(remove(quotaKey(), { quota: limits({ pods: '2' }) })),
      cluster.write(create(pod('d'), uses({ pods: '1' }))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'applied',
      'applied',
      'quota',
      'applied',
      'applied',
      'applied',
      'applied',
    ]);
    expect(await refusalOf(cluster.write(create(pod('e'), uses({ pods: '9' }))))).toBe('applied');
  });

  test('below what is used lets usage stay and shrink, and not grow', async () => {
    const cluster = await newCluster([
      create(pod('a'), uses({ pods: '1', 'requests.cpu': '2' })),
      create(pod('b'), uses({ pods: '1', 'requests.cpu': '2' })),
      limited({ 'requests.cpu': '1' }),
    ]);
    expect(await refusalOf(cluster.write(update(pod('a'), uses({ pods: '1', 'requests.cpu': '2' }))))).toBe(
      'applied',
    );
    expect(
      await refusalOf(cluster.write(update(pod('a'), uses({ pods: '1', 'requests.cpu': '1500m' })))),
    ).toBe('applied');
    expect(
      await refusalOf(cluster.write(update(pod('a'), uses({ pods: '1', 'requests.cpu': '1600m' })))),
    ).toMatchObject({
      exceeded: [{ resource: 'requests.cpu', requested: '100m', used: '3500m', limited: '1' }],
    });
    expect(await refusalOf(cluster.write(create(pod('c'), uses({ pods: '1' }))))).toBe('applied');
    await cluster.write(remove(pod('b')));
    expect(await usedOf(cluster)).toEqual({ 'requests.cpu': '1500m' });
  });

  test('with scopes is for the objects that all of them select', async () => {
    const scopes = [
      { any: ['Terminating'], none: [] },
      { any: ['Terminating', 'NotTerminating'], none: ['PriorityClass=low'] },
    ];
    const cluster = await newCluster([limited({ pods: '1', 'count/configmaps': '0' }, { scopes })]);
    const tagged = (...tags: string[]) => uses({ pods: '1' }, { tags });
    const outcomes: string[] = [];
    for (const [i, tags] of [
      ['NotTerminating'],
      ['Terminating', 'PriorityClass=low'],
      [],
      ['Terminating', 'PriorityClass=high'],
      ['Terminating'],
    ].entries()) {
      outcomes.push((await cluster.write(create(pod(`p${i}`), tagged(...tags)))).status);
    }
    expect(outcomes).toEqual(['applied', 'applied', 'applied', 'applied', 'quota']);
    expect((await cluster.write(create(configMap('a')))).status).toBe('applied');
    expect(await usedOf(cluster)).toEqual({ 'count/configmaps': '0', pods: '1' });
    // An update may bring an object into the quota.
    expect((await cluster.write(update(pod('p0'), tagged('Terminating')))).status).toBe('quota');
    expect((await cluster.write(update(pod('p3'), tagged('NotTerminating')))).status).toBe('applied');
    expect((await cluster.write(update(pod('p0'), tagged('Terminating')))).status).toBe('applied');
    expect(await usedOf(cluster)).toEqual({ 'count/configmaps': '0', pods: '1' });
  });

  test('refuses to create what does not say how much it takes', async () => {
    const cluster = await newCluster([limited({ 'limits.cpu': '1', 'requests.memory': '1', pods: '9' })]);
    const unspecified = { 'limits.cpu': ['c1', 'c2'], 'requests.cpu': ['c1'], 'requests.memory': ['c2'] };
    const usage = uses({ pods: '1' }, { unspecified });
    expect(await refusalOf(cluster.write(create(pod('a'), usage)))).toEqual({
      by: 'unspecified',
      quota: 'q',
      missing: [
        { resource: 'limits.cpu', containers: ['c1', 'c2'] },
        { resource: 'requests.memory', containers: ['c2'] },
      ],
    });
    expect((await cluster.write(create(pod('a', 'other'), usage))).status).toBe('applied');
  });

  test('of several the first without room is named', async () => {
    const cluster = await newCluster([
      limited({ pods: '1' }, { name: 'b' }),
      limited({ pods: '1' }, { name: 'a' }),
      limited({ pods: '9' }, { name: 'A' }),
      create(pod('a'), uses({ pods: '1' })),
    ]);
    expect(await refusalOf(cluster.write(create(pod('b'), uses({ pods: '1' }))))).toMatchObject({
      quota: 'a',
    });
    expect(await usedOf(cluster, 'A')).toEqual({ pods: '1' });
  });
});

test('a status that somebody else wrote is put right in the same commit', async () => {
  const cluster = await newCluster([limited({ pods: '1' })]);
  const body = JSON.stringify({
    metadata: { name: 'q' },
    spec: { hard: { pods: '1' } },
    status: { hard: { pods: '7' } },
  });
  const head = await cluster.head();
  expect(await cluster.write(update(quotaKey(), { quota: limits({ pods: '1' }), body }))).toEqual({
    status: 'applied',
    revision: head + 1,
  });
  expect(await statusOf(cluster)).toEqual({ hard: { pods: '1' }, used: { pods: '0' } });
  expect(
    (await cluster.changes(head, 9)).map(
      ({ after }) => (JSON.parse(after ?? '') as { status: object }).status,
    ),
  ).toEqual([{ hard: { pods: '7' } }, { hard: { pods: '1' }, used: { pods: '0' } }]);
});

test('a commit that moves nothing that quotas count adds no entry to the log', async () => {
  const cluster = await newCluster([limited({ pods: '1' }), create(pod('a'), uses({ pods: '1' }))]);
  const head = await cluster.head();
  await cluster.write(update(pod('a'), uses({ pods: '1' })));
  await cluster.write(create(configMap('a')));
  expect(await cluster.head()).toBe(head + 2);
});

test('a turn over quota commits nothing, and one within tells of it after its writes', async () => {
  const cluster = await newCluster([limited({ pods: '2' })]);
  const head = await cluster.head();
  const turn = (writes: readonly Write[]) => ({
    expectedCursor: 0,
    cursor: head,
    coversOwnWrites: true,
    writes,
    setTimers: [],
    clearTimers: [],
    outbox: [],
    claims: [],
    releases: [],
  });
  const three = ['a', 'b', 'c'].map((name) => create(pod(name), uses({ pods: '1' })));
  expect(await cluster.commitTurn(turn(three))).toMatchObject({
    status: 'conflict',
    write: { name: 'c' },
    outcome: { status: 'quota', refusal: { quota: 'q' } },
  });
  expect(await cluster.head()).toBe(head);
  expect(await usedOf(cluster)).toEqual({ pods: '0' });
  expect(await cluster.commitTurn(turn(three.slice(0, 2)))).toEqual({
    status: 'committed',
    revisions: [head + 1, head + 2],
    head: head + 3,
  });
  // What the quota now says is news to the controllers.
  expect(await cluster.cursor()).toBe(head + 2);
  expect(await usedOf(cluster)).toEqual({ pods: '2' });
});

test('a recount finds nothing to mend, and mends what was put wrong by hand', async () => {
  const cluster = await newCluster([
    limited({ pods: '5' }),
    create(pod('a'), uses({ pods: '1', 'requests.cpu': '1m' })),
  ]);
  expect(await store.recount(cluster.clusterId)).toBe(0);
  await sql`update berth.usage set used = 4 where cluster_id = ${cluster.clusterId} and resource = 'pods'`;
  await sql`delete from berth.usage where cluster_id = ${cluster.clusterId} and resource = 'requests.cpu'`;
  expect(await store.recount(cluster.clusterId)).toBe(2);
  expect(await usedOf(cluster)).toEqual({ pods: '1' });
  expect(await store.recount(cluster.clusterId)).toBe(0);
});

test('counters of what is gone go after a while', async () => {
  const cluster = await newCluster([create(pod('a'), uses({ pods: '1' })), create(configMap('a'))]);
  const { clusterId } = cluster;
  await Promise.all([cluster.write(remove(pod('a'))), cluster.write(remove(configMap('a')))]);
  const counters = () => sql`select used::integer from berth.usage where cluster_id = ${clusterId}`;
  expect((await counters()).map(({ used }) => used as unknown)).toEqual([0, 0, 0]);
  await sql`update berth.usage set metered_at = metered_at - interval '1 hour' where cluster_id = ${clusterId}`;
  await store.metering.drop({ piecesBefore: new Date(0), hoursBefore: new Date(0) });
  expect([...(await counters())]).toEqual([]);
});

test('the database writes quantities as Kubernetes does', async () => {
  const { formatQuantity } = await import('@berth/machinery');
  const nanos = fc.oneof(
    fc.bigInt(-(10n ** 12n), 10n ** 12n),
    fc.bigInt(0n, 10n ** 10n).map((units) => units * 10n ** 9n),
    fc.integer({ min: 0, max: 59 }).map((power) => 2n ** BigInt(power) * 10n ** 9n),
    fc
      .constantFrom('1', '1500m', '1Ki', '1Mi', '128Mi', '1k', '1G', '9E', '1n', '1023')
      .map((text) => parseQuantity(text).nanos),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(nanos, fc.boolean()), { minLength: 40, maxLength: 40 }),
      async (cases) => {
        const rows = await sql<{ text: string }[]>`
        select berth.format_quantity(nanos::numeric / 1000000000, is_binary) as text
        from jsonb_to_recordset(${sql.json(cases.map(([n, b]) => ({ nanos: String(n), is_binary: b })))})
          as c (nanos text, is_binary boolean)`;
        expect(rows.map(({ text }) => text)).toEqual(
          cases.map(([n, isBinary]) =>
            formatQuantity({ nanos: n, format: isBinary ? 'BinarySI' : 'DecimalSI' }),
          ),
        );
      },
    ),
    { numRuns: 20 },
  );
});
