import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  createBodyCipher,
  createKeyRing,
  fixedMasterKeys,
  generateMasterKey,
  openMasterKeys,
  parseMasterKeys,
} from '@berth/auth';
import { type ObjectKey, openStore, type Store } from '@berth/store';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deafHintBus } from '../../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import { bodyOf, create, update } from '../../../../test/support/store.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const secret = (name: string): ObjectKey => ({ resource: 'secrets', namespace: 'default', name });

let directory = '';
const stores: Store[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-rotate-'));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(directory, { recursive: true });
});

function open(databaseUrl: string, masterKeys: Parameters<typeof createBodyCipher>[0]): Store {
  const bodyCipher = createBodyCipher(masterKeys, ['secrets']);
  const store = openStore({ databaseUrl, hints: deafHintBus, bodyCipher });
  stores.push(store);
  return store;
}

/** A data directory with a master key, and a database whose clusters each have a Secret and a signing key. */
async function instance({ clusters }: { clusters: number }) {
  const dataDirectory = await mkdtemp(join(directory, 'instance-'));
  const file = join(dataDirectory, 'master.key');
  const [first] = [generateMasterKey()];
  await writeFile(file, `${Buffer.from(first.bytes).toString('base64')}\n`);
  const databaseUrl = await createTestDatabase();
  // As a process that runs while keys are rotated.
  const masterKeys = await openMasterKeys({ file });
  const store = open(databaseUrl, masterKeys);
  const ring = createKeyRing(store.signingKeys, masterKeys);
  const clusterIds = Array.from({ length: clusters }, (_, i) => `c${i}`);
  for (const clusterId of clusterIds) {
    await store.createCluster({
      clusterId,
      tenantId: 't',
      seed: [create(secret('a'), { value: clusterId })],
    });
    await ring.signingKey(clusterId);
  }
  return { dataDirectory, file, databaseUrl, store, ring, clusterIds, first };
}

function rotate(
  { dataDirectory, databaseUrl }: { dataDirectory: string; databaseUrl: string },
  variables: Record<string, string> = {},
): ChildProcess {
  const flags = ['--data', '--data-dir', dataDirectory, '--database-url', databaseUrl];
  return spawn(process.execPath, [main, 'keys', 'rotate', ...flags], {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<{ code: unknown; output: string; error: string }> {
  const [output, error, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'exit'),
  ]);
  return { code, output, error };
}

/** Kills it as soon as it prints the words, so that it is in the middle of what follows. */
async function killedAt(child: ChildProcess, words: string): Promise<void> {
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes(words)) continue;
    child.kill('SIGKILL');
    break;
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
}

/** What rests under another data or master key than the newest, over the whole database. */
async function leftBehind(databaseUrl: string, masterKeyId: string) {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  const [counts] = await sql`
    select
      (select count(*)::int from berth.signing_keys where not starts_with(sealed_private_jwk, ${`v2.${masterKeyId}.`})) as signing,
      (select count(*)::int from berth.data_keys where not starts_with(sealed_key, ${`v2.${masterKeyId}.`})) as data,
      (select count(*)::int from berth.data_keys where retired_at is null and made_under <> ${masterKeyId}) as former,
      (select count(*)::int from berth.objects o where resource = 'secrets' and not exists (
        select from berth.data_keys k where k.cluster_id = o.cluster_id and k.retired_at is null
          and starts_with(o.body, 'sealed.v1.' || k.key_id))) as bodies`;
  await sql.end();
  return { ...counts };
}

/** Each test starts the program up to three times, which takes seconds on a busy machine. */
const timeoutMs = 90_000;

const nothingLeft = { signing: 0, data: 0, former: 0, bodies: 0 };

test(
  'keys are rotated while the instance is written to, and nothing is lost or left behind',
  async () => {
    const running = await instance({ clusters: 12 });
    const { store, clusterIds, databaseUrl, file, ring, first } = running;
    let isOver = false;
    const written = new Map<string, number>();
    const load = clusterIds.slice(0, 8).map(async (clusterId) => {
      for (let i = 0; !isOver; i++) {
        const outcome = await store.cluster(clusterId).write(update(secret('a'), { value: i }));
        expect(outcome.status).toBe('applied');
        written.set(clusterId, i);
        expect((await store.cluster(clusterId).get(secret('a')))?.body).toBe(bodyOf(secret('a'), i));
      }
    });
    const { code, output, error } = await ended(rotate(running));
    // What is made after the rotation is made under the new key.
    await store.createCluster({
      clusterId: 'late',
      tenantId: 't',
      seed: [create(secret('a'), { value: 'late' })],
    });
    await ring.signingKey('late');
    isOver = true;
    await Promise.all(load);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(output).toContain('has a new master key');

    const [newest, former, ...others] = parseMasterKeys(await readFile(file, 'utf8'));
    expect([former?.id, others]).toEqual([first.id, []]);
    expect(newest?.id).not.toBe(first.id);
    expect(await leftBehind(databaseUrl, newest?.id ?? '')).toEqual(nothingLeft);
    const reader = open(databaseUrl, fixedMasterKeys(newest?.bytes ?? new Uint8Array()));
    for (const clusterId of [...clusterIds, 'late']) {
      const expected = bodyOf(secret('a'), written.get(clusterId) ?? clusterId);
      expect((await reader.cluster(clusterId).get(secret('a')))?.body).toBe(expected);
      // The log still opens, too, with the former data keys.
      expect((await reader.cluster(clusterId).changes(0, 1))[0]?.after).toBe(bodyOf(secret('a'), clusterId));
    }
  },
  timeoutMs,
);

test(
  'a rotation that is killed in the middle goes on where it was, with the key it had made',
  async () => {
    const running = await instance({ clusters: 40 });
    const { databaseUrl, file, clusterIds, store, first } = running;
    await killedAt(rotate(running), 'has a new master key');
    const [made] = parseMasterKeys(await readFile(file, 'utf8'));
    expect(await leftBehind(databaseUrl, made?.id ?? '')).not.toEqual(nothingLeft);
    await killedAt(rotate(running), 'keys are sealed under');
    // Everything opens at every moment, for a process that has run all the time.
    for (const clusterId of clusterIds) {
      expect((await store.cluster(clusterId).get(secret('a')))?.body).toBe(bodyOf(secret('a'), clusterId));
    }
    const { code, output } = await ended(rotate(running));
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('it goes on') });
    const keys = parseMasterKeys(await readFile(file, 'utf8'));
    expect(keys.map(({ id }) => id)).toEqual([made?.id, first.id]);
    expect(await readFile(file, 'utf8')).not.toContain('#');
    expect(await leftBehind(databaseUrl, made?.id ?? '')).toEqual(nothingLeft);
    const reader = open(databaseUrl, fixedMasterKeys(made?.bytes ?? new Uint8Array()));
    for (const clusterId of clusterIds) {
      expect((await reader.cluster(clusterId).get(secret('a')))?.body).toBe(bodyOf(secret('a'), clusterId));
    }
  },
  timeoutMs,
);

test(
  "a master key of the environment is the operator's to change, and the former one is only needed until then",
  async () => {
    const running = await instance({ clusters: 2 });
    const next = generateMasterKey();
    const textOf = ({ bytes }: { bytes: Uint8Array }) => Buffer.from(bytes).toString('base64');
    const variables = { BERTH_MASTER_KEY: textOf(next), BERTH_PREVIOUS_MASTER_KEYS: textOf(running.first) };
    const { code, output } = await ended(rotate(running, variables));
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('none was made') });
    expect(await leftBehind(running.databaseUrl, next.id)).toEqual(nothingLeft);
    const reader = open(running.databaseUrl, fixedMasterKeys(next.bytes));
    expect((await reader.cluster('c1').get(secret('a')))?.body).toBe(bodyOf(secret('a'), 'c1'));
  },
  timeoutMs,
);

test(
  'without the master key that is needed, the rotation ends before it changes anything, and names it',
  async () => {
    const running = await instance({ clusters: 1 });
    await writeFile(running.file, `${Buffer.from(generateMasterKey().bytes).toString('base64')}\n`);
    const before = await readFile(running.file, 'utf8');
    const { code, error } = await ended(rotate(running));
    expect({ code, error }).toEqual({
      code: 1,
      error: expect.stringMatching(new RegExp(`^berth: the master key ${running.first.id} is needed`)),
    });
    expect(await readFile(running.file, 'utf8')).toBe(before);
  },
  timeoutMs,
);
