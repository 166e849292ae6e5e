import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;

beforeAll(async () => {
  instance = await startInstance();
});

afterAll(async () => {
  await instance?.remove();
});

/** The node agent of the moment: a child of the supervisor. */
function agentPid(): number | undefined {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args=']).toString().split('\n');
  const row = rows
    .map((line) => line.trim().split(/\s+/))
    .find(([, parent, ...args]) => {
      return Number(parent) === instance.process.pid && args.join(' ').includes('apps/node/src/main.ts');
    });
  return row && Number(row[0]);
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a pod goes on in the same process, and so does its log, when its node’s agent is killed', async () => {
  const pidFile = join(instance.dataDirectory, 'pod.pid');
  const script = `echo $$$$ >> ${pidFile}; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done`;
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'steady' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', script] }],
    },
  };
  expect((await instance.apply(JSON.stringify(manifest))).code).toBe(0);
  await instance.ok('wait', '--for=condition=Ready', 'pod/steady', '--timeout=30s');
  const read = async () => JSON.parse(await instance.ok('get', 'pod', 'steady', '-o', 'json'));
  const before = await read();
  const pids = async () => (await readFile(pidFile, 'utf8')).trim().split('\n').map(Number);
  const [pid = 0] = await pids();

  const killed = agentPid() ?? 0;
  process.kill(killed, 'SIGKILL');
  await eventually('another agent runs', () => {
    const now = agentPid();
    return now !== undefined && now !== killed;
  });
  const lines = async () => (await instance.ok('logs', 'steady')).trim().split('\n');
  const seen = await eventually('the log is served again', lines);
  const all = await eventually('the log goes on', async () => {
    const later = await lines();
    return later.length > seen.length && later;
  });

  expect(all).toEqual(all.map((_, index) => `line ${index + 1}`));
  expect(await pids()).toEqual([pid]);
  expect(isRunning(pid)).toBe(true);
  const { status } = await read();
  expect(status.startTime).toBe(before.status.startTime);
  expect(status.containerStatuses[0]).toMatchObject({
    restartCount: 0,
    state: before.status.containerStatuses[0].state,
    containerID: before.status.containerStatuses[0].containerID,
  });

  await instance.ok('delete', 'pod', 'steady', '--timeout=30s');
  expect(isRunning(pid)).toBe(false);
});
