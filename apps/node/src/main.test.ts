import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FleetApi } from './testing/fleet-api.ts';
import { nodeName, podOf, shell } from './testing/test-agent.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

let api: FleetApi;
let directory: string;
let agent: ChildProcess | undefined;
beforeEach(async () => {
  api = await FleetApi.start();
  directory = await mkdtemp(join(tmpdir(), 'berth-main-'));
  writeFileSync(join(directory, 'token'), 'node-token\n');
});
afterEach(async () => {
  if (agent?.exitCode === null && agent.signalCode === null) {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
  }
  await api.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(environment: Record<string, string> = {}): Promise<ChildProcess> {
  agent = fork(main, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: '/usr/bin:/bin',
      BERTH_API_URL: api.url,
      BERTH_NODE_TOKEN_FILE: join(directory, 'token'),
      BERTH_NODE_NAME: nodeName,
      BERTH_NODE_RUNTIME: 'process',
      BERTH_ALLOW_PROCESS_RUNTIME: '1',
      BERTH_STOP_PODS_ON_EXIT: '1',
      BERTH_DATA_DIR: directory,
      LOG_LEVEL: 'silent',
      ...environment,
    },
  });
  const [message] = await once(agent, 'message');
  expect(message).toMatchObject({ type: 'ready' });
  return agent;
}

async function end(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  process.kill(signal);
  await once(process, 'exit');
}

const counted = (script: string) => `echo $$$$ >> ${directory}/starts; ${script}`;
const starts = () => readFileSync(join(directory, 'starts'), 'utf8').trim().split('\n').map(Number);
const firstStart = () =>
  vi.waitFor(() => {
    const [pid] = starts();
    if (!pid) throw new Error('not started');
    return pid;
  }, 10_000);
const isRunning = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('the node agent as a process', () => {
  it('killed with -9 again and again, runs every pod once and reports how each ended', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      api.putPod(podOf(name, { containers: [shell('main', counted('sleep 1; echo end'))] }));
    }
    for (const killAfterMs of [0, 150, 400]) {
      const running = await start();
      // Not to wait for a condition, but for the kill to fall anywhere.
      await new Promise((resolve) => setTimeout(resolve, killAfterMs));
      await end(running, 'SIGKILL');
    }
    await start();
    for (const name of names) {
      const { status } = await api.untilPod(name, ({ phase }) => phase === 'Succeeded');
      expect(status?.containerStatuses?.[0]).toMatchObject({
        restartCount: 0,
        state: { terminated: { exitCode: 0 } },
      });
    }
    expect(starts()).toHaveLength(names.length);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'leaves no process behind on %s, and goes on at the next start',
    async (signal) => {
      api.putPod(
        podOf('service', {
          restartPolicy: 'Always',
          containers: [shell('main', counted('exec sleep 1000'))],
        }),
      );
      const first = await start();
      await api.untilPod('service', ({ phase }) => phase === 'Running');
      const pid = await firstStart();
      expect(isRunning(pid)).toBe(true);
      await end(first, signal);
      expect(first.exitCode).toBe(0);
      expect(isRunning(pid)).toBe(false);
      await start();
      const again = await api.untilPod(
        'service',
        ({ containerStatuses }) => containerStatuses?.[0]?.restartCount === 1,
      );
      expect(again.status?.containerStatuses?.[0]).toMatchObject({
        state: { running: {} },
        lastState: { terminated: { exitCode: 143 } },
      });
    },
  );

  it('ends with its pods when its parent is gone', async () => {
    api.putPod(podOf('service', { containers: [shell('main', counted('exec sleep 1000'))] }));
    const running = await start();
    await api.untilPod('service', ({ phase }) => phase === 'Running');
    const pid = await firstStart();
    running.disconnect();
    await once(running, 'exit');
    expect(isRunning(pid)).toBe(false);
  });

  it('hosts several simulated nodes', async () => {
    const names = ['sim-1', 'sim-2', 'sim-3'];
    for (const name of names) {
      api.putPod(podOf(`on-${name}`, { nodeName: name, containers: [{ name: 'main', image: 'any' }] }));
    }
    await start({ BERTH_NODE_RUNTIME: 'simulated', BERTH_NODE_NAME: 'sim', BERTH_NODE_COUNT: '3' });
    const ips = new Set<string | undefined>();
    for (const name of names) {
      const { status } = await api.untilPod(`on-${name}`, ({ phase }) => phase === 'Succeeded');
      ips.add(status?.podIP);
      expect(api.get(`/clusters/system/api/v1/nodes/${name}`)).toMatchObject({
        metadata: { labels: { 'berth.dev/runtime': 'simulated' } },
        status: { capacity: { pods: '1k' } },
      });
    }
    expect(ips.size).toBe(3);
  });
});
