import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/postgres.ts';
import { selfSignedCertificate } from '../../../test/support/self-signed.ts';

let directory: string;
let environment: Record<string, string>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-api-test-'));
  const { certificate, key } = await selfSignedCertificate();
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const certificateFile = await file('tls.crt', certificate);
  environment = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: await createTestDatabase(),
    // Nothing listens there: Redis is a hint, and the server starts without it.
    REDIS_URL: 'redis://127.0.0.1:1',
    BERTH_PORT: '0',
    BERTH_HTTP_PORT: '0',
    BERTH_TLS_CERT_FILE: certificateFile,
    BERTH_TLS_KEY_FILE: await file('tls.key', key),
    BERTH_CA_FILE: certificateFile,
    BERTH_MASTER_KEY_FILE: await file('master.key', randomBytes(32).toString('base64')),
    BERTH_EXTERNAL_URL: 'https://127.0.0.1:6443',
  };
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function spawnApi(changes: Record<string, string> = {}): ChildProcess {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment, ...changes },
    execArgv: [],
  });
  children.push(child);
  return child;
}

/** @returns the exit code and the messages of the log's fatal lines. */
async function exitOf(child: ChildProcess): Promise<{ code: unknown; fatal: string[] }> {
  const [out, [code]] = await Promise.all([child.stdout ? text(child.stdout) : '', once(child, 'exit')]);
  const records = out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  return { code, fatal: records.filter((record) => record.level === 60).map((record) => record.msg) };
}

describe('the API server’s process', () => {
  test('says when it is ready, and where; and stops in order when it is told to', async () => {
    const child = spawnApi();
    const [message] = await once(child, 'message');
    expect(message).toMatchObject({ type: 'ready', address: expect.stringMatching(/^https:/) });
    const answer = await fetch(`${message.httpAddress}/livez`);
    expect(await answer.text()).toBe('ok');
    const exit = exitOf(child);
    child.kill('SIGTERM');
    expect((await exit).code).toBe(0);
  });

  test('does not outlive its supervisor', async () => {
    const child = spawnApi();
    await once(child, 'message');
    const exit = exitOf(child);
    child.disconnect();
    expect((await exit).code).toBe(0);
  });

  test.for([
    ['a setting that is wrong', { BERTH_PORT: 'x' }, /BERTH_PORT/],
    ['a setting that is missing', { DATABASE_URL: '' }, /DATABASE_URL/],
    ['a file that is not there', { BERTH_TLS_KEY_FILE: '/nowhere/tls.key' }, /\/nowhere\/tls\.key/],
    [
      'a database that does not answer',
      { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' },
      /the database cannot be reached/,
    ],
  ] as const)('%s ends it with one clear line', async ([, changes, message]) => {
    const { code, fatal } = await exitOf(spawnApi(changes));
    expect(code).toBe(1);
    expect(fatal).toEqual([expect.stringMatching(/^the API server cannot start: /)]);
    expect(fatal[0]).toMatch(message);
  });

  test('a master key that is not the one of the database ends it, and the one that is needed is named', async () => {
    const first = spawnApi();
    await once(first, 'message');
    const exit = exitOf(first);
    first.kill('SIGTERM');
    await exit;
    const file = join(directory, 'other.key');
    await writeFile(file, randomBytes(32).toString('base64'));
    const { code, fatal } = await exitOf(spawnApi({ BERTH_MASTER_KEY_FILE: file }));
    expect(code).toBe(1);
    expect(fatal).toEqual([
      expect.stringMatching(
        /^the API server cannot start: the master key [0-9a-f]{16} is needed, and is not among those given \([0-9a-f]{16}\)/,
      ),
    ]);
  });
});
