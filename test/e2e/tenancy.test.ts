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

/** kubectl as the operator, in the system cluster. */
const fleet = (...args: string[]) => instance.ok('--kubeconfig', instance.adminKubeconfig, ...args);
const applyToFleet = async (...objects: object[]): Promise<void> => {
  const manifest = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const applied = await instance.apply(manifest, '--kubeconfig', instance.adminKubeconfig);
  expect([applied.code, applied.stderr]).toEqual([0, '']);
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('suspending a cluster stops its pods and its writes, reads stay, and resuming restores all of it', async () => {
  const pidFile = join(instance.dataDirectory, 'suspended.pids');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'worker' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: 'main', image: 'busybox', command: ['sh', '-c', `echo $$$$ >> ${pidFile}; exec sleep 600`] },
      ],
    },
  };
  expect((await instance.apply(JSON.stringify(pod))).code).toBe(0);
  await instance.ok('wait', '--for=condition=Ready', 'pod/worker', '--timeout=30s');
  const pids = async () => (await readFile(pidFile, 'utf8')).trim().split('\n').map(Number);
  const [first = 0] = await pids();
  expect(isRunning(first)).toBe(true);

  const suspend = (suspended: boolean) =>
    fleet(
      '-n',
      'main',
      'patch',
      'cluster',
      'default',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { suspended } }),
    );
  await suspend(true);
  const refused = await instance.kubectl('create', 'configmap', 'late');
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining(
      'configmaps "late" is forbidden: cluster "default" is suspended and takes no writes; the owners of its tenant or the fleet\'s operator can resume it',
    ),
  ]);
  await eventually('its container is stopped', () => !isRunning(first));
  expect(await instance.ok('get', 'pod', 'worker', '-o', 'jsonpath={.metadata.name}')).toBe('worker');
  expect(await fleet('-n', 'main', 'get', 'cluster', 'default')).toContain('Suspended');

  await suspend(false);
  const again = await eventually('the pod runs again', async () => {
    const [, next] = await pids();
    return next !== undefined && isRunning(next) && next;
  });
  expect(again).not.toBe(first);
  await instance.ok('wait', '--for=condition=Ready', 'pod/worker', '--timeout=30s');
  expect(await instance.ok('create', 'configmap', 'late')).toContain('created');
  await instance.ok('delete', 'pod', 'worker', '--timeout=30s');
  expect(isRunning(again)).toBe(false);
});

test('a tenant is made, has clusters of its plan’s template, and goes with all of them, though the worker is killed', async () => {
  const platform = { apiVersion: 'platform.berth.dev/v1' };
  await applyToFleet(
    {
      ...platform,
      kind: 'ClusterTemplate',
      metadata: { name: 'welcome', namespace: 'default' },
      spec: {
        objects: [
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'welcome' }, data: { to: 'berth' } },
        ],
      },
    },
    {
      ...platform,
      kind: 'Plan',
      metadata: { name: 'starter' },
      spec: { clusters: 2, clusterTemplate: 'welcome' },
    },
    { ...platform, kind: 'Tenant', metadata: { name: 'acme' }, spec: { plan: 'starter' } },
  );
  await fleet('wait', '--for=condition=Ready', 'tenant/acme', '--timeout=20s');
  const cluster = (name: string) => ({ ...platform, kind: 'Cluster', metadata: { name, namespace: 'acme' } });
  await eventually(
    'the plan is in force',
    async () => (await fleet('get', 'tenant', 'acme', '-o', 'jsonpath={.status.hard.clusters}')) === '2',
  );
  await applyToFleet(cluster('acme-one'), cluster('acme-two'));
  const third = await instance.apply(
    JSON.stringify(cluster('acme-three')),
    '--kubeconfig',
    instance.adminKubeconfig,
  );
  expect([third.code, third.stderr]).toEqual([1, expect.stringContaining('clusters')]);
  const server = `${instance.url}/clusters/acme-one`;
  expect(
    await fleet(
      '--server',
      server,
      '-n',
      'default',
      'get',
      'configmap',
      'welcome',
      '-o',
      'jsonpath={.data.to}',
    ),
  ).toBe('berth');

  await fleet('delete', 'tenant', 'acme', '--wait=false');
  const worker = execFileSync('ps', ['-eo', 'pid=,ppid=,args='])
    .toString()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, parent, ...args]) => {
      return Number(parent) === instance.process.pid && args.join(' ').includes('apps/worker/src/main.ts');
    });
  process.kill(Number(worker?.[0]), 'SIGKILL');
  await fleet('wait', '--for=delete', 'tenant/acme', '--timeout=60s');
  expect(
    (await instance.kubectl('--kubeconfig', instance.adminKubeconfig, 'get', 'ns', 'acme')).stderr,
  ).toContain('NotFound');
  const gone = await instance.kubectl(
    '--kubeconfig',
    instance.adminKubeconfig,
    '--server',
    server,
    'get',
    'configmaps',
  );
  expect(gone.code).toBe(1);
  await applyToFleet({ ...platform, kind: 'Tenant', metadata: { name: 'acme' } });
  await eventually('the name can be had again', async () => {
    const made = await instance.apply(
      JSON.stringify(cluster('acme-one')),
      '--kubeconfig',
      instance.adminKubeconfig,
    );
    return made.code === 0;
  });
});

test('the example of the operator’s page works as it stands', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/tenancy.md'), 'utf8');
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const applied = await instance.apply(example, '--kubeconfig', instance.adminKubeconfig);
  expect([applied.code, applied.stdout]).toEqual([
    0,
    expect.stringContaining('cluster.platform.berth.dev/acme-prod created'),
  ]);
  const server = `${instance.url}/clusters/acme-prod`;
  expect(await fleet('--server', server, '-n', 'web', 'get', 'limitrange', 'sizes', '-o', 'name')).toContain(
    'sizes',
  );
  const refused = await instance.kubectl(
    '--kubeconfig',
    instance.adminKubeconfig,
    '-n',
    'acme',
    'delete',
    'cluster',
    'acme-prod',
  );
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('it is protected against deletion'),
  ]);
  expect(await fleet('-n', 'acme', 'get', 'rolebindings', '-o', 'name')).toContain('berth:tenant-owners');
});
