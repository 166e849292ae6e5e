import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { berth, berthProcess, type Instance, startInstance } from '../support/instance.ts';
import { createTestDatabase } from '../support/postgres.ts';

let instance: Instance;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'process:1,simulated:2' });
});

afterAll(async () => {
  await instance?.remove();
});

/** Processes whose command line names the data directory, or that descend from the instance. */
function processesOf(dataDirectory: string): string[] {
  return execFileSync('ps', ['-eo', 'pid,args'])
    .toString()
    .split('\n')
    .filter((line) => line.includes(dataDirectory));
}

function descendantsOf(pid: number): number[] {
  const children = execFileSync('ps', ['-eo', 'pid,ppid'])
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

describe('one command', () => {
  test('prints the address, both kubeconfigs and three commands to try', () => {
    const output = instance.output();
    expect(output).toContain(instance.url);
    expect(output).toContain(instance.kubeconfig);
    expect(output).toContain(instance.adminKubeconfig);
    expect(output.match(/^ {2}kubectl /gm)).toHaveLength(3);
    expect(output).toContain('it isolates nothing');
  });

  test('registers the nodes that were asked for', async () => {
    const names = await eventually('all nodes are Ready', async () => {
      const out = await instance.ok('get', 'nodes', '--no-headers');
      const lines = out.trim().split('\n');
      return (
        lines.length === 3 &&
        lines.every((line) => / Ready /.test(line)) &&
        lines.map((line) => line.split(' ')[0])
      );
    });
    expect(names).toEqual(['process-1', 'simulated-1', 'simulated-2']);
  });

  test('answers health and version without a token, and says in detail what is ready', async () => {
    for (const path of ['/livez', '/readyz', '/healthz']) {
      const response = await fetch(instance.httpUrl + path);
      expect([path, response.status, await response.text()]).toEqual([path, 200, 'ok']);
    }
    const verbose = await (await fetch(`${instance.httpUrl}/readyz?verbose`)).text();
    for (const check of ['write', 'turn', 'read'])
      expect(verbose).toMatch(new RegExp(`^\\[\\+\\].*${check}.* ok$`, 'm'));
    const version = (await (await fetch(`${instance.httpUrl}/version`)).json()) as Record<string, string>;
    expect(version).toMatchObject({ major: '1', minor: '36' });
  });

  test('a second instance on the same data directory is refused in one line', async () => {
    const result = await berth([
      'up',
      '--data-dir',
      instance.dataDirectory,
      '--port',
      '1025',
      '--http-port',
      '1026',
    ]);
    expect(result.code).toBe(1);
    expect(result.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^berth: the data directory .* is in use by another instance/),
    ]);
  });

  test('a taken port is named together with the setting that moves it', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'berth-port-'));
    const port = new URL(instance.url).port;
    const result = await berth(['up', '--data-dir', dataDirectory, '--port', port, '--http-port', '1026']);
    expect([result.code, result.stderr]).toEqual([
      1,
      `berth: port ${port} is taken by another process. Set BERTH_PORT to another one.\n`,
    ]);
    await rm(dataDirectory, { recursive: true });
  });

  test('an unreachable database or Redis ends the start in one line', async () => {
    const silent = createServer();
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    await new Promise((resolve) => silent.close(resolve));
    const dataDirectory = await mkdtemp(join(tmpdir(), 'berth-unreachable-'));
    const flags = ['up', '--data-dir', dataDirectory, '--port', '1025', '--http-port', '1026'];
    const database = await berth([...flags, '--database-url', `postgres://berth:x@127.0.0.1:${port}/berth`]);
    expect([database.code, database.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(database.stderr).toMatch(/^berth: the database cannot be reached/);
    const redis = await berth([...flags, '--redis-url', `redis://127.0.0.1:${port}`]);
    expect([redis.code, redis.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(redis.stderr).toMatch(/^berth: Redis cannot be reached/);
    await rm(dataDirectory, { recursive: true });
  });

  test('a database that a newer version migrated ends the start in one line', async () => {
    const databaseUrl = await createTestDatabase();
    const sql = postgres(databaseUrl, { max: 1 });
    const newer = Date.UTC(2999, 0, 1);
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', ${newer})`;
    await sql.end();
    const dataDirectory = await mkdtemp(join(tmpdir(), 'berth-newer-'));
    const flags = ['--data-dir', dataDirectory, '--port', '1025', '--http-port', '1026'];
    const result = await berth(['up', ...flags, '--database-url', databaseUrl]);
    expect([result.code, result.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(result.stderr).toMatch(/^berth: the database has a migration from a newer version/);
    await rm(dataDirectory, { recursive: true });
  });

  test('a data directory that cannot be written to ends the start in one line', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'berth-file-'));
    await writeFile(join(parent, 'file'), '');
    const result = await berth(['up', '--data-dir', join(parent, 'file', 'data')]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^berth: the data directory .* cannot be written to .*Set BERTH_DATA_DIR/);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    await rm(parent, { recursive: true });
  });

  test('a wrong setting is named with what would be right', async () => {
    const cases: [string[], RegExp][] = [
      [['--port', 'x'], /^berth: BERTH_PORT: must be a port, 1 to 65535\n$/],
      [
        ['--nodes', 'process:1,process:2'],
        /^berth: BERTH_NODES: must name each runtime once; got "process:1,process:2"\n$/,
      ],
      [['--nodes', 'docker:1'], /^berth: BERTH_NODES: must be process:<count> or simulated:<count>/],
      [['--database-url', 'mysql://x'], /^berth: DATABASE_URL: must begin with postgres:\/\/\n$/],
      [['--log-level', 'loud'], /^berth: LOG_LEVEL: /],
    ];
    for (const [flags, message] of cases) {
      const result = await berth(['up', ...flags]);
      expect([flags, result.code]).toEqual([flags, 2]);
      expect(result.stderr).toMatch(message);
    }
  });
});

describe('the command line beside a running instance', () => {
  test('makes clusters, tokens and kubeconfigs that work', async () => {
    const data = { BERTH_DATA_DIR: instance.dataDirectory, BERTH_PORT: new URL(instance.url).port };
    const created = await berth(['cluster', 'create', 'second'], data);
    expect([created.code, created.stdout]).toEqual([0, 'cluster "second" of tenant "main" created\n']);

    const printed = ['kubeconfig', 'second', '--print', '--static-token', '--expires', '1h'];
    const kubeconfig = await berth(printed, data);
    const file = join(instance.dataDirectory, 'second.kubeconfig');
    await writeFile(file, kubeconfig.stdout);
    await chmod(file, 0o600);
    expect(await instance.ok('--kubeconfig', file, 'get', 'namespaces', '-o', 'name')).toContain(
      'namespace/default',
    );

    const made = await berth(['token', 'create', '--cluster', 'second'], data);
    const token = made.stdout.trim();
    const namespaces = await fetch(`${instance.httpUrl}/clusters/second/api/v1/namespaces`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(namespaces.status).toBe(200);
    const foreign = await fetch(`${instance.httpUrl}/clusters/default/api/v1/namespaces`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(foreign.status).toBe(403);
    const missing = await berth(['token', 'create', '--cluster', 'nowhere'], data);
    expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('"nowhere" not found')]);
  });
});

describe('stopping and starting again', () => {
  test('an interrupt in the middle of a start stops what was started, in order', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'berth-interrupt-'));
    const ports = { BERTH_PORT: '1027', BERTH_HTTP_PORT: '1028' };
    const starting = berthProcess(['up'], { BERTH_DATA_DIR: dataDirectory, ...ports });
    await eventually('Postgres was started', () => existsSync(join(dataDirectory, 'postgres/port')));
    const pids = descendantsOf(starting.child.pid ?? 0);
    starting.child.kill('SIGINT');
    const result = await starting.result;
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toMatch(/^berth: stopping\n[^]*berth: stopped\n$/m);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(processesOf(dataDirectory)).toEqual([]);
    await rm(dataDirectory, { recursive: true });
  });

  test('leaves no process behind, and finds all data again', async () => {
    await instance.ok('create', 'configmap', 'kept', '--from-literal=a=b');
    const before = await readFile(join(instance.dataDirectory, 'pki/ca.crt'), 'utf8');
    const pids = descendantsOf(instance.process.pid ?? 0);
    expect(pids.length).toBeGreaterThanOrEqual(6);
    expect(await instance.stop()).toBe(0);
    expect(processesOf(instance.dataDirectory)).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);

    instance = await startInstance({ dataDirectory: instance.dataDirectory, nodes: 'simulated:1' });
    expect(await instance.ok('get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}')).toBe('b');
    expect(await readFile(join(instance.dataDirectory, 'pki/ca.crt'), 'utf8')).toBe(before);
  });

  test('kill -9 of the supervisor leaves no process behind, and the next start works', async () => {
    const pids = descendantsOf(instance.process.pid ?? 0);
    instance.process.kill('SIGKILL');
    await eventually('every child is gone', () => pids.filter(isAlive).length === 0);
    instance = await startInstance({ dataDirectory: instance.dataDirectory, nodes: 'simulated:1' });
    expect(await instance.ok('get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}')).toBe('b');
  });

  test('a part that dies is started again, and the instance goes on', async () => {
    const pid = descendantsOf(instance.process.pid ?? 0).find((candidate) =>
      execFileSync('ps', ['-o', 'args=', '-p', String(candidate)])
        .toString()
        .includes('apps/worker/src/main.ts'),
    );
    process.kill(pid ?? 0, 'SIGKILL');
    await instance.ok('create', 'job', 'after', '--image=busybox', '--', 'true');
    await instance.ok('wait', '--for=condition=complete', 'job/after', '--timeout=30s');
    expect(instance.output()).toMatch(/worker .*ended \(SIGKILL\); starting it again/);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
