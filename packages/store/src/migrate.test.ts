import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createHintBus } from '../../../test/support/hint-bus.ts';
import { createTestDatabase, testServerUrl } from '../../../test/support/postgres.ts';
import { configMap, create } from '../../../test/support/store.ts';
import { migrate, openStore } from './index.ts';

/** An empty database, owned by a user of its own who is no superuser. */
async function emptyDatabase(attributes = ''): Promise<{ url: string; admin: postgres.Sql; user: string }> {
  const server = new URL(await testServerUrl());
  const name = `plain_${randomBytes(5).toString('hex')}`;
  const admin = postgres(server.href, { max: 1 });
  await admin.unsafe(`create role ${name} login password 'secret' ${attributes}`);
  await admin.unsafe(`create database ${name} owner ${name}`);
  server.pathname = name;
  server.username = name;
  server.password = 'secret';
  return { url: server.href, admin, user: name };
}

async function writeOnce(databaseUrl: string): Promise<unknown> {
  const store = openStore({ databaseUrl, hints: createHintBus() });
  try {
    await store.createCluster({ clusterId: 'a', tenantId: 't', seed: [] });
    return await store.cluster('a').write(create(configMap('x')));
  } finally {
    await store.close();
  }
}

test('a plain user who is a member of the roles migrates an empty database and uses it', async () => {
  // Makes the roles, if no other test has.
  await createTestDatabase();
  const { url, admin, user } = await emptyDatabase();
  await admin.unsafe(`grant berth_app, berth_fleet to ${user}`);
  await admin.end();
  await migrate(url);
  expect(await writeOnce(url)).toEqual({ status: 'applied', revision: 1 });
});

test('a user who is no member of roles that exist is told what is needed', async () => {
  await createTestDatabase();
  const { url, admin } = await emptyDatabase('createrole');
  await admin.end();
  await expect(migrate(url)).rejects.toMatchObject({
    code: 'STORE_MIGRATION',
    message: expect.stringContaining('a member of berth_app and berth_fleet') as string,
  });
});

test('migrating again, and by many at once, changes nothing', async () => {
  const { url, admin, user } = await emptyDatabase();
  await admin.unsafe(`grant berth_app, berth_fleet to ${user}`);
  await admin.end();
  await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
  await migrate(url);
  expect(await writeOnce(url)).toEqual({ status: 'applied', revision: 1 });
});

test('a database of a newer version is left alone, with a clear error', async () => {
  const url = await createTestDatabase();
  const sql = postgres(url, { max: 1 });
  const newer = Date.UTC(2999, 0, 1);
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', ${newer})`;
  await sql.end();
  await expect(migrate(url)).rejects.toMatchObject({
    code: 'STORE_NEWER_DATABASE',
    message: expect.stringContaining('migration from a newer version') as string,
  });
});

test('a store on a database that is not migrated says so', async () => {
  const { url, admin, user } = await emptyDatabase();
  const store = openStore({ databaseUrl: url, hints: createHintBus() });
  // Neither the roles nor the tables are there for it.
  await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_NOT_MIGRATED' });
  await createTestDatabase();
  await admin.unsafe(`grant berth_app, berth_fleet to ${user}`);
  await expect(store.listClusterIds()).rejects.toMatchObject({ code: 'STORE_NOT_MIGRATED' });
  await expect(store.cluster('a').write(create(configMap('x')))).rejects.toMatchObject({
    code: 'STORE_NOT_MIGRATED',
  });
  await store.close();
  await admin.end();
});

test('a server that is not there is unavailable', async () => {
  const url = new URL(await testServerUrl());
  url.port = '1';
  await expect(migrate(url.href)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
