import { openStore } from '@berth/store';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { deafHintBus } from '../../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import { createTestCluster } from '../testing/cluster-client.ts';
import { configMap } from '../testing/copier.ts';
import { recountEveryMs, recountUsage, roundOf } from './recount-usage.ts';

const databaseUrl = await createTestDatabase();
const store = openStore({ databaseUrl, hints: deafHintBus });
const owner = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => Promise.all([store.close(), owner.end()]));

const rounds = 360;
const roundAt = (round: number): Date => new Date(round * recountEveryMs);

test('a counter that is wrong is found within six hours, mended and told of; the others are left alone', async () => {
  const lines: Array<Record<string, unknown>> = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push({ ...JSON.parse(line) }) });
  for (const id of ['right', 'wrong']) await (await createTestCluster(store, id)).create(configMap('a'));
  expect(await store.usageDrift('wrong')).toBe(0);
  await owner`update berth.usage set used = used + 5 where cluster_id = 'wrong' and namespace = 'default'
    and resource = 'count/configmaps'`;
  expect(await store.usageDrift('wrong')).toBe(1);
  expect(await store.usageDrift('right')).toBe(0);

  let mended = 0;
  for (let round = 0; round < rounds; round++)
    mended += await recountUsage(store, { now: roundAt(round), log });
  expect(mended).toBe(1);
  expect(lines.map(({ cluster, counters }) => ({ cluster, counters }))).toEqual([
    { cluster: 'wrong', counters: 1 },
  ]);
  expect(await store.usageDrift('wrong')).toBe(0);
  expect(await recountUsage(store, { now: roundAt(roundOf('wrong')), log })).toBe(0);
});

test('every cluster has its round, and no round has all of them', () => {
  const counts = new Map<number, number>();
  for (let index = 0; index < 10_000; index++) {
    const round = roundOf(`tenant-${index}`);
    expect(round).toBeGreaterThanOrEqual(0);
    expect(round).toBeLessThan(rounds);
    counts.set(round, (counts.get(round) ?? 0) + 1);
  }
  expect(counts.size).toBe(rounds);
  expect(Math.max(...counts.values())).toBeLessThan(100);
});
