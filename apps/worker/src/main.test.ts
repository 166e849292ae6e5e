import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/postgres.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { testCa } from './testing/cluster-client.ts';

let redis: TestRedis;
let directory: string;
let environment: Record<string, string>;
beforeAll(async () => {
  redis = await startTestRedis();
  directory = await mkdtemp(join(tmpdir(), 'berth-worker-'));
  await writeFile(join(directory, 'ca.pem'), testCa);
  environment = {
    DATABASE_URL: await createTestDatabase(),
    REDIS_URL: redis.url,
    BERTH_CA_FILE: join(directory, 'ca.pem'),
    BERTH_MASTER_KEY: randomBytes(32).toString('base64'),
  };
});
afterAll(async () => {
  await redis.stop();
  await rm(directory, { recursive: true, force: true });
});

function startMain(variables: Record<string, string>): ChildProcess {
  return fork(new URL('main.ts', import.meta.url), {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

test.each([
  ['SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
  ['SIGINT', (child: ChildProcess) => child.kill('SIGINT')],
  ['the end of its parent', (child: ChildProcess) => child.disconnect()],
])('a worker says when it is ready, and ends in order at %s', async (_reason, end) => {
  const child = startMain(environment);
  const [message] = await once(child, 'message');
  expect(message).toEqual({ type: 'ready' });
  end(child);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  ['no database', { DATABASE_URL: '' }, 'DATABASE_URL'],
  ['a Redis URL of another kind', { REDIS_URL: 'http://127.0.0.1' }, 'REDIS_URL'],
  ['no turns at once', { BERTH_TURN_CONCURRENCY: '0' }, 'BERTH_TURN_CONCURRENCY'],
  ['a CA file that is not there', { BERTH_CA_FILE: '/nowhere/ca.pem' }, '/nowhere/ca.pem'],
  [
    'a database that is not there',
    { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    'database cannot be reached',
  ],
])('with %s, it ends at once and says in one line what is wrong', async (_what, wrong, named) => {
  const child = startMain({ ...environment, ...wrong });
  const [output, [code]] = await Promise.all([child.stdout && text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(1);
  const lines = (output ?? '').trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 60, msg: expect.stringContaining(named) });
});
