import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { berth, type Instance, startInstance } from '../support/instance.ts';

const cli = join(import.meta.dirname, '../../apps/cli/src/main.ts');
const children: ChildProcess[] = [];
let instance: Instance;
let shared: Record<string, string>;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
  const read = async (path: string): Promise<string> =>
    (await readFile(join(instance.dataDirectory, path), 'utf8')).trim();
  const [postgresPort, postgresPassword, redisPort, redisPassword] = await Promise.all(
    ['postgres/port', 'postgres/password', 'redis/port', 'redis/password'].map(read),
  );
  shared = {
    DATABASE_URL: `postgres://berth:${postgresPassword}@127.0.0.1:${postgresPort}/berth`,
    REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${redisPort}`,
    BERTH_CA_FILE: join(instance.dataDirectory, 'pki/ca.crt'),
  };
});

afterAll(async () => {
  for (const child of children) child.kill('SIGTERM');
  await instance?.remove();
});

/** `berth serve --role …`, until its log says that it works. @returns that record. */
async function serve(
  role: string,
  message: string,
  environment: Record<string, string>,
): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [cli, 'serve', '--role', role], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', HOME: '/', ...environment },
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return eventually(`${role} says "${message}"`, () => {
    const line = output.split('\n').find((candidate) => candidate.includes(message));
    return line !== undefined && (JSON.parse(line) as Record<string, unknown>);
  });
}

describe('parts as separate processes', () => {
  test('a second API server and a second worker share the work, and each API server sees at once what the other wrote', async () => {
    const api = await serve('api', 'API server listens', {
      ...shared,
      BERTH_PORT: '0',
      BERTH_HTTP_PORT: '0',
      BERTH_TLS_CERT_FILE: join(instance.dataDirectory, 'pki/server.crt'),
      BERTH_TLS_KEY_FILE: join(instance.dataDirectory, 'pki/server.key'),
      BERTH_MASTER_KEY_FILE: join(instance.dataDirectory, 'master.key'),
      BERTH_EXTERNAL_URL: instance.url,
    });
    await serve('worker', 'worker takes turns', {
      ...shared,
      BERTH_MASTER_KEY_FILE: join(instance.dataDirectory, 'master.key'),
    });
    const other = String(api['http']);
    const token = JSON.parse(await instance.ok('config', 'view', '--raw', '-o', 'json')).users[0].user.token;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

    for (let index = 0; index < 20; index += 1) {
      const [from, to] = index % 2 ? [instance.httpUrl, other] : [other, instance.httpUrl];
      const path = '/clusters/default/api/v1/namespaces/default/configmaps';
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `shared-${index}` },
      });
      const created = await fetch(from + path, { method: 'POST', headers, body });
      expect(created.status).toBe(201);
      expect((await fetch(`${to}${path}/shared-${index}`, { headers })).status).toBe(200);
    }
    await instance.ok('create', 'job', 'shared', '--image=busybox', '--', 'true');
    await instance.ok('wait', '--for=condition=complete', 'job/shared', '--timeout=30s');
  });

  test('a node joins from outside with its own token, and takes pods', async () => {
    const data = { BERTH_DATA_DIR: instance.dataDirectory, BERTH_PORT: new URL(instance.url).port };
    const token = (await berth(['token', 'create', '--node', 'outside'], data)).stdout.trim();
    const tokenFile = join(instance.dataDirectory, 'outside.token');
    await writeFile(tokenFile, token, { mode: 0o600 });
    await serve('node', 'the node joined the fleet', {
      BERTH_API_URL: instance.url,
      BERTH_CA_FILE: shared['BERTH_CA_FILE'] ?? '',
      BERTH_NODE_NAME: 'outside',
      BERTH_NODE_RUNTIME: 'simulated',
      BERTH_NODE_TOKEN_FILE: tokenFile,
      BERTH_DATA_DIR: join(instance.dataDirectory, 'outside'),
    });
    await instance.ok('wait', '--for=condition=Ready', 'node/outside', '--timeout=30s');
    const overrides = JSON.stringify({ spec: { nodeSelector: { 'kubernetes.io/hostname': 'outside' } } });
    await instance.ok('run', 'guest', '--image=busybox', `--overrides=${overrides}`);
    await instance.ok('wait', '--for=condition=Ready', 'pod/guest', '--timeout=30s');
  });

  test('the process runtime is refused outside `berth up` without an explicit flag', async () => {
    const result = await berth(['serve', '--role', 'node'], {
      BERTH_API_URL: instance.url,
      BERTH_NODE_NAME: 'careless',
      BERTH_NODE_RUNTIME: 'process',
      BERTH_NODE_TOKEN_FILE: '/dev/null',
      BERTH_DATA_DIR: join(instance.dataDirectory, 'careless'),
    });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('isolates nothing; set BERTH_ALLOW_PROCESS_RUNTIME=1');
  });

  test('a part without its settings names the first one that is missing, and an unknown role those there are', async () => {
    const api = await berth(['serve', '--role', 'api']);
    expect([api.code, api.stdout]).toEqual([1, expect.stringContaining('DATABASE_URL')]);
    const unknown = await berth(['serve', '--role', 'chef']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'berth: --role must be one of api, worker, node; got "chef"\n',
    ]);
  });
});
