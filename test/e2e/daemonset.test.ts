import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { berth, type Instance, startInstance } from '../support/instance.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const cli = join(import.meta.dirname, '../../apps/cli/src/main.ts');
const example = join(import.meta.dirname, '../../examples/daemonset.yaml');
let instance: Instance;
let nodes: string[];
let newcomer: ChildProcess | undefined;

const ok = (...args: string[]): Promise<string> => instance.ok(...args);
/** As the fleet's operator. */
const fleet = (...args: string[]): Promise<string> => ok('--kubeconfig', instance.adminKubeconfig, ...args);

async function json(...args: string[]) {
  return JSON.parse(await ok(...args, '-o', 'json'));
}

interface PodItem {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
}

/** Without those of a node that is no more, which are collected in their time. */
async function pods(): Promise<PodItem[]> {
  const [all, fleetNodes] = await Promise.all([
    json('get', 'pods', '-l', 'app=log-collector'),
    json('get', 'nodes'),
  ]);
  const names = new Set(fleetNodes.items.map(({ metadata }: PodItem) => metadata.name));
  return all.items.filter(({ spec }: PodItem) => names.has(spec.nodeName));
}

/** `node=image` of the pods that are not on their way out. */
async function placement(): Promise<string[]> {
  return (await pods())
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ spec }) => `${spec.nodeName}=${spec.containers[0]?.image}`)
    .toSorted((a, b) => a.localeCompare(b));
}

const arrives = (expected: readonly string[]): Promise<unknown> =>
  eventually(
    `pods are ${expected.join(', ')}`,
    async () => JSON.stringify(await placement()) === JSON.stringify(expected),
    90_000,
  );

const rolledOut = async (): Promise<void> => {
  expect(await ok('rollout', 'status', 'ds/log-collector', '--timeout=60s')).toContain(
    'daemon set "log-collector" successfully rolled out',
  );
};

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:3' });
  const { items } = await json('get', 'nodes');
  nodes = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).toSorted();
});

afterAll(async () => {
  newcomer?.kill('SIGTERM');
  await instance?.remove();
});

describe('daemonset.yaml', () => {
  test('has no pod while no node has the label', async () => {
    await ok('apply', '-f', example);
    await rolledOut();
    expect(await ok('get', 'ds')).toMatch(
      /^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\nlog-collector +0 +0 +0 +0 +0 +disk=nvme +\d+s\n$/,
    );
  });

  test('has one pod on each node that is labelled, and none on one that is labelled no more', async () => {
    const [first = '', second = '', third = ''] = nodes;
    await fleet('label', 'node', first, second, 'disk=nvme');
    await arrives([`${first}=busybox`, `${second}=busybox`]);
    await fleet('label', 'node', third, 'disk=nvme');
    await fleet('label', 'node', first, 'disk=hdd', '--overwrite');
    await arrives([`${second}=busybox`, `${third}=busybox`]);
    await rolledOut();
    const { status } = await json('get', 'ds', 'log-collector');
    expect(status).toMatchObject({
      desiredNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
      numberMisscheduled: 0,
    });
    await fleet('label', 'node', first, 'disk=nvme', '--overwrite');
    await arrives(nodes.map((node) => `${node}=busybox`));
  });

  test('has a pod on a node that joins the fleet, and not on one that left', async () => {
    const data = { BERTH_DATA_DIR: instance.dataDirectory, BERTH_PORT: new URL(instance.url).port };
    const tokenFile = join(instance.dataDirectory, 'newcomer.token');
    const created = await berth(['token', 'create', '--node', 'newcomer'], data);
    await writeFile(tokenFile, created.stdout.trim(), { mode: 0o600 });
    newcomer = spawn(process.execPath, [cli, 'serve', '--role', 'node'], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: '/',
        BERTH_API_URL: instance.url,
        BERTH_CA_FILE: join(instance.dataDirectory, 'pki/ca.crt'),
        BERTH_NODE_NAME: 'newcomer',
        BERTH_NODE_RUNTIME: 'simulated',
        BERTH_NODE_TOKEN_FILE: tokenFile,
        BERTH_DATA_DIR: join(instance.dataDirectory, 'newcomer'),
      },
    });
    await eventually('the node has joined', () => fleet('label', 'node', 'newcomer', 'disk=nvme'));
    const with4 = [...nodes, 'newcomer'].toSorted((a, b) => a.localeCompare(b));
    await arrives(with4.map((node) => `${node}=busybox`));
    await rolledOut();

    newcomer.kill('SIGKILL');
    await fleet('delete', 'node', 'newcomer');
    await eventually('the DaemonSet wants three', async () => {
      const { status } = await json('get', 'ds', 'log-collector');
      return status.desiredNumberScheduled === 3 && status.numberReady === 3;
    });
    await arrives(nodes.map((node) => `${node}=busybox`));
  });

  test('has another pod where one is deleted', async () => {
    const pod = (await pods()).find(({ spec }) => spec.nodeName === nodes[0]);
    await ok('delete', 'pod', pod?.metadata.name ?? '', '--timeout=30s');
    await arrives(nodes.map((node) => `${node}=busybox`));
    expect((await pods()).map(({ metadata }) => metadata.uid)).not.toContain(pod?.metadata.uid);
    await rolledOut();
  });

  test('is updated node by node, has a history, and goes back', async () => {
    await ok('annotate', 'ds/log-collector', 'kubernetes.io/change-cause=first');
    await ok('set', 'image', 'ds/log-collector', 'collector=busybox:1.36');
    await ok('annotate', 'ds/log-collector', 'kubernetes.io/change-cause=second', '--overwrite');
    await rolledOut();
    expect(await placement()).toEqual(nodes.map((node) => `${node}=busybox:1.36`));

    const history = await ok('rollout', 'history', 'ds/log-collector');
    expect(history).toMatch(/^daemonset.apps\/log-collector \nREVISION +CHANGE-CAUSE\n1 +\S.*\n2 +\S.*\n/);
    expect(await ok('rollout', 'history', 'ds/log-collector', '--revision=2')).toContain('busybox:1.36');
    expect(await ok('get', 'controllerrevisions')).toMatch(/daemonset.apps\/log-collector +2 /);

    expect(await ok('rollout', 'undo', 'ds/log-collector', '--to-revision=2')).toContain(
      'skipped rollback (current template already matches revision 2)',
    );
    expect(await ok('rollout', 'undo', 'ds/log-collector')).toContain('rolled back');
    await rolledOut();
    expect(await placement()).toEqual(nodes.map((node) => `${node}=busybox`));
    expect(await ok('rollout', 'history', 'ds/log-collector')).toMatch(/\n2 [^]*\n3 /);
    expect(await ok('rollout', 'undo', 'ds/log-collector', '--to-revision=2')).toContain('rolled back');
    await rolledOut();
    expect(await placement()).toEqual(nodes.map((node) => `${node}=busybox:1.36`));
  });

  test('goes back from an update that does not come up without a restart of pods that it had not reached', async () => {
    const before = new Map((await pods()).map(({ metadata, spec }) => [spec.nodeName, metadata.uid]));
    const annotations = { 'simulated.berth.dev/waiting-reason': 'ImagePullBackOff' };
    const broken = {
      spec: {
        template: {
          metadata: { annotations },
          spec: { containers: [{ name: 'collector', image: 'no-such' }] },
        },
      },
    };
    await ok('patch', 'ds', 'log-collector', '-p', JSON.stringify(broken));
    await eventually('one pod is of the new template', async () =>
      (await placement()).some((pod) => pod.endsWith('=no-such')),
    );
    await ok('rollout', 'undo', 'ds/log-collector');
    await rolledOut();
    await arrives(nodes.map((node) => `${node}=busybox:1.36`));
    const kept = (await pods()).filter(({ metadata, spec }) => before.get(spec.nodeName) === metadata.uid);
    expect(kept).toHaveLength(2);
  });

  test('is described by kubectl, and takes its pods along when it is deleted', async () => {
    const described = await ok('describe', 'ds', 'log-collector');
    expect(described).toMatch(/Desired Number of Nodes Scheduled: 3/);
    expect(described).toMatch(/SuccessfulCreate +\S+ .*daemonset-controller +Created pod: log-collector-/);
    await ok('delete', '-f', example, '--timeout=60s');
    await eventually('the pods are gone', async () => (await pods()).length === 0);
    expect(await ok('get', 'controllerrevisions', '-o', 'name')).toBe('');
  });
});
