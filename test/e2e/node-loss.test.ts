import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { runClient } from '../support/real-clients.ts';

const replicas = 6;
const lostNode = 'process-1';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({
    nodes: 'process:1,simulated:2',
    environment: { BERTH_NODE_GRACE_SECONDS: '15' },
  });
});
afterAll(async () => {
  await instance?.remove();
});

/** The agent of the nodes of this runtime: a child of the supervisor. */
function agentPid(runtime: string): number | undefined {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args=']).toString().split('\n');
  const pids = rows
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => {
      return Number(parent) === instance.process.pid && args.join(' ').includes('apps/node/src/main.ts');
    })
    .map(([pid]) => Number(pid));
  return pids.find((pid) =>
    readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`BERTH_NODE_RUNTIME=${runtime}`),
  );
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

interface SeenPod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: ReadonlyArray<{ type: string; status: string; reason?: string }> };
}

const pods = async (): Promise<SeenPod[]> =>
  JSON.parse(await instance.ok('get', 'pods', '-l', 'app=web', '-o', 'json')).items;
const isReady = ({ metadata, status }: SeenPod): boolean =>
  !metadata.deletionTimestamp &&
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
const uidsOf = (seen: readonly SeenPod[]): string[] => seen.map(({ metadata }) => metadata.uid).toSorted();

const system = async (...args: string[]): Promise<string> => {
  const { kubeconfig: _own, adminKubeconfig: kubeconfig, dataDirectory } = instance;
  const result = await runClient('kubectl', { kubeconfig, home: join(dataDirectory, 'home') }, { args });
  if (result.code !== 0) throw new Error(result.stderr);
  return result.stdout;
};

test('the pods of a node that vanishes run elsewhere, and each runs once when it is back', async () => {
  const pidFile = join(instance.dataDirectory, 'web.pids');
  const drivenOut = ['not-ready', 'unreachable'].map((trouble) => ({
    key: `node.kubernetes.io/${trouble}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 2,
  }));
  const labels = { app: 'web' };
  const container = {
    name: 'main',
    image: 'busybox',
    command: ['sh', '-c', `echo $$$$ >> ${pidFile}; exec sleep 3600`],
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'simulated.berth.dev/run-seconds': 'forever' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          tolerations: drivenOut,
          containers: [container],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
        },
      },
    },
  };
  expect((await instance.apply(JSON.stringify(deployment))).code).toBe(0);
  await instance.ok('rollout', 'status', 'deployment/web', '--timeout=60s');
  const lost = (await pods()).filter(({ spec }) => spec.nodeName === lostNode);
  expect(lost.length).toBeGreaterThan(0);
  const processes = (await readFile(pidFile, 'utf8')).trim().split('\n').map(Number);
  expect(processes).toHaveLength(lost.length);

  // Nobody hears of the node any more, but what runs there runs on: as with a network that is cut.
  const agent = agentPid('process') ?? 0;
  process.kill(agent, 'SIGSTOP');
  const replaced = await eventually(
    'every replica is ready elsewhere',
    async () => {
      const ready = (await pods()).filter(isReady);
      return ready.length === replicas && ready.every(({ spec }) => spec.nodeName !== lostNode) && ready;
    },
    90_000,
  );
  expect(await system('get', 'node', lostNode, '-o', 'jsonpath={.spec.taints[*].key}')).toBe(
    'node.kubernetes.io/unreachable node.kubernetes.io/unreachable',
  );
  expect(await system('get', 'node', lostNode)).toContain('NotReady');
  const terminating = (await pods()).filter(({ metadata }) => metadata.deletionTimestamp);
  expect(uidsOf(terminating)).toEqual(uidsOf(lost));
  for (const { status } of terminating)
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', reason: 'DeletionByTaintManager' }),
    );
  expect(await instance.ok('get', 'events')).toContain('TaintManagerEviction');
  expect(processes.every(isRunning)).toBe(true);

  process.kill(agent, 'SIGKILL');
  const left = await eventually(
    'what the node still ran is ended and gone',
    async () => {
      const seen = await pods();
      return seen.length === replicas && seen;
    },
    60_000,
  );
  expect(uidsOf(left)).toEqual(uidsOf(replaced));
  await eventually('no process of them is left', () => !processes.some(isRunning));
  await eventually('the node is well again', async () => {
    const taints = await system('get', 'node', lostNode, '-o', 'jsonpath={.spec.taints}');
    return taints === '' && (await system('get', 'node', lostNode)).includes(' Ready ');
  });
  expect((await readFile(pidFile, 'utf8')).trim().split('\n')).toHaveLength(processes.length);
}, 240_000);
