import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Engine, startPostgres } from '@berth/engines';
import { quantityUnits } from '@berth/machinery';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { createHintBus, deafHintBus } from '../../../test/support/hint-bus.ts';
import { configMap, create, openTestStore } from '../../../test/support/store.ts';
import { type ClusterStore, migrate, openStore } from './index.ts';

const { store, newCluster, databaseUrl } = await openTestStore();
const writerScript = fileURLToPath(new URL('../../../test/support/store-writer.ts', import.meta.url));

/** Revision by name, as acknowledged. */
type Acknowledged = Map<string, number>;

/** Runs a writer until it has so many acknowledgements, then `kill -9`. */
async function runAndKillWriter(
  clusterId: string,
  run: { prefix: string; acknowledgements: number },
): Promise<Acknowledged> {
  const writer = spawn(process.execPath, [writerScript, databaseUrl, clusterId, run.prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: Acknowledged = new Map();
  const lines = createInterface({ input: writer.stdout });
  lines.on('line', (line) => {
    const [name = '', revision] = line.split(' ');
    acknowledged.set(name, Number(revision));
    if (acknowledged.size === run.acknowledgements) writer.kill('SIGKILL');
  });
  const [[code, signal]] = await Promise.all([once(writer, 'exit'), once(lines, 'close')]);
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  return acknowledged;
}

/** Every acknowledged write is there, at its revision; the log is whole and folds to the objects. */
async function expectNothingLost(cluster: ClusterStore, acknowledged: Acknowledged): Promise<void> {
  const head = await cluster.head();
  const log = await cluster.changes(0, head + 1);
  expect(log.map(({ revision }) => revision)).toEqual(Array.from({ length: head }, (_, i) => i + 1));
  for (const [name, revision] of acknowledged) expect(log[revision - 1]?.name).toBe(name);
  const { items } = await cluster.list({ resource: 'configmaps' });
  expect(items.map(({ name }) => name)).toEqual(log.map(({ name }) => name).sort());
}

test('no acknowledged write is lost when the writer is killed', async () => {
  const cluster = await newCluster();
  const acknowledged: Acknowledged = new Map();
  for (const [i, acknowledgements] of [1, 40, 333].entries()) {
    const run = await runAndKillWriter(cluster.clusterId, { prefix: `run${i}`, acknowledgements });
    for (const [name, revision] of run) acknowledged.set(name, revision);
    await eventually('the killed writer\u2019s last commit is decided', () =>
      cluster.write(create(configMap(`after-${i}`))),
    );
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(374);
  await expectNothingLost(cluster, acknowledged);
});

test('what a killed writer used is counted exactly', async () => {
  const hard = { resource: 'configmaps', counter: 'count/configmaps', quantity: '1M' };
  const quotaKey = { resource: 'resourcequotas', namespace: 'default', name: 'q' };
  const cluster = await newCluster([create(quotaKey, { quota: { scopes: [], hard: [hard] } })]);
  await store.tenantLimits.set('tenant', { 'count/configmaps': '1M' });
  for (const [i, acknowledgements] of [1, 40, 333].entries()) {
    await runAndKillWriter(cluster.clusterId, { prefix: `run${i}`, acknowledgements });
    await eventually('the killed writer\u2019s last commit is decided', () =>
      cluster.write(create(configMap(`after-${i}`))),
    );
    // A statement that the killed writer had sent may still come through: both are read at one revision.
    const { items, stored } = await eventually('nothing is written while both are read', async () => {
      const head = await cluster.head();
      const [list, quota] = [await cluster.list({ resource: 'configmaps' }), await cluster.get(quotaKey)];
      return (await cluster.head()) === head && { items: list.items, stored: quota };
    });
    const { status }: { status: { used: Record<string, string> } } = JSON.parse(stored?.body ?? '{}');
    expect(quantityUnits(status.used['configmaps'] ?? '')).toBe(items.length);
    expect(await store.recount(cluster.clusterId)).toBe(0);
  }
  const { before, anew } = await eventually('nothing is written while it is counted anew', async () => {
    const head = await cluster.head();
    const counted = await store.tenantLimits.usage('tenant');
    await store.tenantLimits.set('tenant', {});
    await store.tenantLimits.set('tenant', { 'count/configmaps': '1M' });
    const recounted = await store.tenantLimits.usage('tenant');
    return (await cluster.head()) === head && { before: counted, anew: recounted };
  });
  expect(anew).toEqual(before);
});

/** A Postgres of its own, durable as in production, that can be killed and started again on its port. */
async function startOwnPostgres(): Promise<{ url: string; killAndRestart: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-crash-postgres-'));
  let engine: Engine = await startPostgres({ directory });
  const { url } = engine;
  const port = Number(new URL(url).port);
  onTestFinished(async () => {
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    url,
    async killAndRestart() {
      process.kill(engine.pid, 'SIGKILL');
      await engine.exited;
      // Its children take a moment to notice, and hold the shared memory until then.
      engine = await eventually('Postgres starts again', () => startPostgres({ directory, port }));
    },
  };
}

test('no acknowledged write is lost when Postgres is killed, and the store goes on when it is back', async () => {
  const server = await startOwnPostgres();
  await migrate(server.url);
  const hints = createHintBus();
  const store = openStore({ databaseUrl: server.url, hints: deafHintBus, pollIntervalMs: 50 });
  const watching = openStore({ databaseUrl: server.url, hints, pollIntervalMs: 50 });
  onTestFinished(async () => {
    await Promise.all([store.close(), watching.close()]);
  });
  await store.createCluster({ clusterId: 'c', tenantId: 't', seed: [] });
  const cluster = store.cluster('c');

  const watched: number[] = [];
  const stopWatching = new AbortController();
  const watcher = (async () => {
    for await (const changes of watching.cluster('c').follow(0, stopWatching.signal)) {
      watched.push(...changes.map(({ revision }) => revision));
    }
  })();

  const acknowledged: Acknowledged = new Map();
  const errors = new Set<unknown>();
  let isDone = false;
  onTestFinished(() => {
    isDone = true;
    stopWatching.abort();
  });
  const clients = Array.from({ length: 16 }, async (_, client) => {
    for (let i = 0; !isDone; i++) {
      const name = `${client}-${i}`;
      try {
        const outcome = await cluster.write(create(configMap(name)));
        if (outcome.status === 'applied') acknowledged.set(name, outcome.revision);
      } catch (error) {
        errors.add((error as { code?: unknown }).code);
      }
    }
  });
  for (let round = 1; round <= 2; round++) {
    const before = acknowledged.size;
    await eventually('writes are under way', () => acknowledged.size > before + 200);
    await server.killAndRestart();
  }
  const before = acknowledged.size;
  await eventually('writes are under way again', () => acknowledged.size > before + 50);
  isDone = true;
  await Promise.all(clients);

  expect(
    [...errors].filter((code) => code !== 'STORE_COMMIT_UNKNOWN' && code !== 'STORE_UNAVAILABLE'),
  ).toEqual([]);
  expect(errors).toContain('STORE_COMMIT_UNKNOWN');
  await expectNothingLost(cluster, acknowledged);
  const head = await cluster.head();
  await eventually('the watcher has seen all', () => watched.length >= head);
  stopWatching.abort();
  await watcher;
  expect(watched).toEqual(Array.from({ length: head }, (_, i) => i + 1));
});

test('a user that may create roles migrates a server on which nothing of ours was ever made', async () => {
  const server = await startOwnPostgres();
  const { default: postgres } = await import('postgres');
  const admin = postgres(server.url, { max: 1 });
  await admin`create role plain login createrole password 'secret'`;
  await admin`create database plain owner plain`;
  await admin.end();
  const url = new URL(server.url);
  Object.assign(url, { username: 'plain', password: 'secret', pathname: '/plain' });
  await migrate(url.href);
  const store = openStore({ databaseUrl: url.href, hints: deafHintBus });
  await store.createCluster({ clusterId: 'a', tenantId: 't', seed: [create(configMap('x'))] });
  expect(await store.cluster('a').write(create(configMap('y')))).toEqual({ status: 'applied', revision: 2 });
  await store.close();
});
