import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { configMap, create, openTestStore } from '../../../test/support/store.ts';

const { store, databaseUrl, openAnother } = await openTestStore();
const owner = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
afterAll(() => owner.end());

test('the newest revision, which every request waits for, stands behind nothing that is long', async () => {
  await store.createCluster({ clusterId: 'busy', tenantId: 't', seed: [create(configMap('a'))] });
  const another = openAnother({ fleetPoolSize: 1, clusterPoolSize: 1 });
  const waiting = await owner.begin(async (sql) => {
    await sql`lock table berth.objects in access exclusive mode`;
    const reads = [another.assignedTo('n1'), another.cluster('busy').list({ resource: 'configmaps' })];
    expect(await another.cluster('busy').head()).toBe(1);
    // In an object, lest the driver waits for them before it ends the transaction.
    return { reads };
  });
  const [assigned, listed] = await Promise.all(waiting.reads);
  expect(assigned).toEqual([]);
  expect(listed).toMatchObject({ revision: 1 });
});

test('however many ask at once whether a cluster is there, the database is asked once', async () => {
  await store.createCluster({ clusterId: 'asked-for', tenantId: 't', seed: [] });
  const asked: string[] = [];
  const another = openAnother({
    onStatement: (_role, text, parameters) => {
      if (/from "berth"\."clusters"/.test(text)) asked.push(String(parameters[0]));
    },
  });
  const ask = (clusterId: string) =>
    Promise.all(Array.from({ length: 50 }, () => another.clusterExists(clusterId)));
  expect(new Set(await ask('asked-for'))).toEqual(new Set([true]));
  expect(new Set(await ask('never-there'))).toEqual(new Set([false]));
  expect(asked).toEqual(['asked-for', 'never-there']);
  expect(await another.clusterExists('never-there')).toBe(false);
  expect(asked).toEqual(['asked-for', 'never-there', 'never-there']);
});
