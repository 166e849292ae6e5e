import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, describe, expect, test } from 'vitest';
import {
  configMap,
  create,
  openTestStore,
  remove,
  deleteCluster,
  update,
} from '../../../test/support/store.ts';
import type { MeteredUsage, ObjectKey } from './index.ts';

const { store, databaseUrl } = await openTestStore();
const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => sql.end());

const hourMs = 3_600_000;
const thisHour = Math.floor(Date.now() / hourMs);
/** The hour that was `ago` hours ago, by the database's clock, which is this machine's. */
const hour = (ago: number): Date => new Date((thisHour - ago) * hourMs);
const pod = (name: string): ObjectKey => ({ resource: 'pods', namespace: 'default', name });
const running = (cpu: string) => ({
  usage: { tags: [], amounts: { pods: '1', 'running.cpu': cpu, 'running.memory': '1Ki' } },
});

/** As if the cluster's counters had stood since a time. */
async function since(clusterId: string, at: Date): Promise<void> {
  await sql`
    update berth.usage set metered_from = ${at.toISOString()}, metered_at = ${at.toISOString()}, area = 0
    where cluster_id = ${clusterId}`;
}

async function amounts(clusterId: string, from: Date, to: Date): Promise<Record<string, number>> {
  const usage = await store.metering.usageOf({ clusterId }, from, to);
  return Object.fromEntries(usage.map(({ resource, amount }) => [resource, Number(amount)]));
}

/** So that roll-ups take pieces that have ended just now. */
const age = (clusterId: string) =>
  sql`update berth.usage_pieces set to_at = to_at - interval '5 minutes'
      where cluster_id = ${clusterId} and not rolled_up and to_at - interval '5 minutes' > from_at`.execute();

describe('what stands still', () => {
  test('is worked out when it is asked for, written down when it changes, and comes to the same', async () => {
    const clusterId = 'still';
    await store.createCluster({ clusterId, tenantId: 'acme', seed: [create(pod('a'), running('500m'))] });
    const begin = new Date(hour(5).getTime() + 10 * 60_000);
    await since(clusterId, begin);
    const cases: [number, Record<string, number>][] = [
      [6, {}],
      [5, { 'count/pods': 3_000, 'running.cpu': 1_500, 'running.memory': 3_072_000 }],
      [3, { 'count/pods': 3_600, 'running.cpu': 1_800, 'running.memory': 3_686_400 }],
      [2, { 'count/pods': 3_600, 'running.cpu': 1_800, 'running.memory': 3_686_400 }],
    ];
    const expectCases = async () => {
      for (const [ago, expected] of cases) {
        expect(await amounts(clusterId, hour(ago), hour(ago - 1))).toEqual(expected);
      }
      expect(await amounts(clusterId, hour(6), hour(1))).toMatchObject({ 'running.cpu': 1_500 + 3 * 1_800 });
    };
    await expectCases();
    expect([...(await sql`select from berth.usage_pieces where cluster_id = ${clusterId}`)]).toEqual([]);

    await store.cluster(clusterId).write(update(pod('a'), running('2')));
    await expectCases();
    await age(clusterId);
    expect(await store.metering.rollUp()).toBeGreaterThan(0);
    await expectCases();
    await store.metering.recompute(hour(7));
    await expectCases();
    await store.metering.recompute(hour(3));
    await expectCases();
  });

  test('costs one row for however many whole hours', async () => {
    const clusterId = 'idle';
    await store.createCluster({ clusterId, tenantId: 'acme', seed: [create(configMap('a'))] });
    await since(clusterId, hour(500));
    await store.cluster(clusterId).write(create(configMap('b')));
    await age(clusterId);
    await store.metering.rollUp();
    const rows = await sql`select from berth.usage_hours where cluster_id = ${clusterId}`;
    expect(rows.length).toBeLessThanOrEqual(2);
    expect(await amounts(clusterId, hour(400), hour(300))).toEqual({ 'count/configmaps': 360_000 });
  });
});

test('a counter that changes all the time makes few pieces, which come to what it was', async () => {
  const clusterId = 'busy';
  await store.createCluster({ clusterId, tenantId: 'acme', seed: [create(configMap('a'))] });
  const cluster = store.cluster(clusterId);
  const begin = Date.now();
  for (let i = 0; i < 60; i++) {
    await cluster.write(create(configMap(`c${i}`)));
    await cluster.write(remove(configMap(`c${i}`)));
  }
  const seconds = (Date.now() - begin) / 1_000;
  const [pieces] = await sql<{ count: number }[]>`
    select count(*)::integer as count from berth.usage_pieces where cluster_id = ${clusterId}`;
  // None, unless five minutes ended just then.
  expect(pieces?.count).toBeLessThanOrEqual(2);
  const { 'count/configmaps': area = 0 } = await amounts(clusterId, hour(1), new Date(Date.now() + hourMs));
  // One object always, and another one some of the time.
  expect(area).toBeGreaterThan(seconds);
  expect(area).toBeLessThan(2 * seconds + 5);
});

test('a deleted cluster leaves what it used to its tenant, and no row of its own', async () => {
  const clusterId = 'gone';
  await store.createCluster({ clusterId, tenantId: 'leaver', seed: [create(pod('a'), running('1'))] });
  await since(clusterId, hour(4));
  await store.cluster(clusterId).write(update(pod('a'), running('3')));
  await age(clusterId);
  await store.metering.rollUp();
  await since(clusterId, hour(2));
  await store.metering.addRequests([{ clusterId, namespace: 'default', count: 7 }], new Date());
  const of = async () =>
    (await store.metering.usageOf({ tenantId: 'leaver' }, hour(5), hour(1))).map(
      ({ resource, amount }) => `${resource} ${Math.round(Number(amount))}`,
    );
  const before = await of();
  // One core for three hours, and then three for the last of them.
  expect(before).toContain(`running.cpu ${3 * 3_600 + 3 * 3_600}`);
  await deleteCluster(store, clusterId);
  expect(await of()).toEqual(before);
  expect(await store.metering.usageOf({ clusterId }, hour(5), hour(-1))).toEqual([]);
  for (const table of ['usage', 'usage_pieces', 'usage_hours', 'quotas']) {
    expect([...(await sql`select from berth.${sql(table)} where cluster_id = ${clusterId}`)]).toEqual([]);
  }
  await store.metering.recompute(hour(9));
  expect(await of()).toEqual(before);
});

test('requests are counted by cluster and namespace, and those of unknown clusters dropped', async () => {
  await store.createCluster({ clusterId: 'asked', tenantId: 'acme', seed: [] });
  const counts = [
    { clusterId: 'asked', namespace: 'a', count: 3 },
    { clusterId: 'asked', namespace: '', count: 2 },
    { clusterId: 'nowhere', namespace: '', count: 9 },
  ];
  await store.metering.addRequests(counts, new Date());
  await store.metering.addRequests(counts.slice(0, 1), new Date());
  const usage = await store.metering.usageOf({ clusterId: 'asked' }, hour(1), hour(-1));
  expect(usage.map(({ namespace, resource, amount }) => [namespace, resource, amount])).toEqual([
    ['', 'requests', '2'],
    ['a', 'requests', '6'],
  ]);
});

test('hours come out the same from pieces, rolled up in any order, and made again', async () => {
  let runs = 0;
  const minute = fc.integer({ min: 0, max: 10 * 60 });
  const piece = fc.record({
    begin: minute,
    minutes: minute,
    level: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    area: fc.integer({ min: 1, max: 100 }),
    isLate: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 30 }), async (pieces) => {
      const clusterId = `rolled-${++runs}`;
      await store.createCluster({ clusterId, tenantId: clusterId, seed: [] });
      const start = hour(12).getTime();
      const insert = async (late: boolean) => {
        for (const { begin, minutes, level, area } of pieces.filter(({ isLate }) => isLate === late)) {
          const from = new Date(start + begin * 60_000);
          const to = new Date(from.getTime() + (level === undefined ? 1_000 : minutes * 60_000 + 1));
          await sql`
            insert into berth.usage_pieces (cluster_id, namespace, resource, from_at, to_at, level, area) values (
              ${clusterId}, 'n', 'r', ${from.toISOString()}, ${to.toISOString()}, ${level ?? null},
              ${level === undefined ? area : null})`;
        }
      };
      const byHour = async (): Promise<MeteredUsage[][]> => {
        const hours = [];
        for (let ago = 13; ago > 0; ago--) {
          hours.push(await store.metering.usageOf({ clusterId }, hour(ago), hour(ago - 1)));
        }
        return hours;
      };
      await insert(false);
      await insert(true);
      const expected = await byHour();
      await sql`delete from berth.usage_pieces where cluster_id = ${clusterId}`;
      await insert(false);
      await store.metering.rollUp();
      await insert(true);
      expect(await byHour()).toEqual(expected);
      await store.metering.rollUp();
      expect(await byHour()).toEqual(expected);
      await store.metering.recompute(hour(6));
      expect(await byHour()).toEqual(expected);
      await store.metering.recompute(hour(20));
      expect(await byHour()).toEqual(expected);
      const all = await store.metering.usageOf({ tenantId: clusterId }, hour(13), hour(0));
      const total = expected.flat().reduce((sum, { amount }) => sum + Number(amount), 0);
      expect(Number(all[0]?.amount ?? 0)).toBeCloseTo(total, 3);
      await deleteCluster(store, clusterId);
    }),
    { numRuns: 15 },
  );
}, 60_000);

test('pieces and hours past retention go', async () => {
  const clusterId = 'kept';
  await store.createCluster({ clusterId, tenantId: 'acme', seed: [create(configMap('a'))] });
  await since(clusterId, hour(30));
  await store.cluster(clusterId).write(create(configMap('b')));
  await age(clusterId);
  await store.metering.rollUp();
  await store.metering.drop({ piecesBefore: new Date(), hoursBefore: hour(100) });
  expect([...(await sql`select from berth.usage_pieces where cluster_id = ${clusterId}`)]).toEqual([]);
  expect(await amounts(clusterId, hour(20), hour(10))).toEqual({ 'count/configmaps': 36_000 });
  await store.metering.drop({ piecesBefore: hour(100), hoursBefore: hour(-2) });
  expect(await amounts(clusterId, hour(20), hour(10))).toEqual({});
});
