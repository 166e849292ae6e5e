import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { berth, type Instance, startInstance } from '../support/instance.ts';
import { type OpenWatch, openWatch } from '../support/watch-client.ts';

// Rollouts wait for pods that take their time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const example = join(import.meta.dirname, '../../examples/deployment.yaml');
let instance: Instance;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:2' });
});
afterAll(() => instance?.remove());

const ok = (...args: string[]): Promise<string> => instance.ok(...args);
const rollout = (...args: string[]) =>
  berth(['rollout', ...args], { BERTH_DATA_DIR: instance.dataDirectory });

async function json(...args: string[]) {
  return JSON.parse(await ok(...args, '-o', 'json'));
}

async function watchOf(path: string, labelSelector = ''): Promise<OpenWatch> {
  const { users } = parse(await readFile(instance.kubeconfig, 'utf8'));
  const authorization = `Bearer ${users[0].user.token}`;
  const query = new URLSearchParams({ watch: 'true', labelSelector });
  return openWatch(`${instance.httpUrl}/clusters/default${path}?${query.toString()}`, { authorization });
}

/** The images of the ReplicaSets of `web` that have pods: `nginx:1.7.9=3`. */
async function sizes(): Promise<string[]> {
  const { items } = await json('get', 'replicasets', '-l', 'app=web');
  return items
    .filter(({ spec }: { spec: { replicas: number } }) => spec.replicas > 0)
    .map(
      ({ spec }: { spec: { replicas: number; template: { spec: { containers: { image: string }[] } } } }) =>
        `${spec.template.spec.containers[0]?.image}=${spec.replicas}`,
    )
    .toSorted();
}

describe('deployment.yaml', () => {
  test('comes up, and kubectl says so', async () => {
    await ok('apply', '-f', example);
    expect(await ok('rollout', 'status', 'deployment/web', '--timeout=60s')).toContain(
      'deployment "web" successfully rolled out',
    );
    expect(await ok('get', 'deploy', 'web')).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +3\/3 +3 +3 +\d+s\n$/,
    );
    expect(await ok('get', 'all')).toContain('deployment.apps/web');
    expect(await ok('describe', 'deploy', 'web')).toMatch(
      /StrategyType: +RollingUpdate[^]*1 max surge[^]*Available +True +MinimumReplicasAvailable[^]*Progressing +True +NewReplicaSetAvailable[^]*NewReplicaSet: +web-\w+ \(3\/3 replicas created\)/,
    );
  });

  test('is updated one up and one down, and never has fewer than three ready', async () => {
    const watch = await watchOf('/apis/apps/v1/namespaces/default/deployments');
    await ok('set', 'image', 'deployment/web', 'web=nginx:1.9.1');
    await ok('annotate', 'deployment/web', 'kubernetes.io/change-cause=nginx 1.9');
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
    await watch.end();
    const ready = watch.seen.map(({ object }) => object.status?.availableReplicas ?? 0);
    const all = watch.seen.map(({ object }) => object.status?.replicas ?? 0);
    expect(Math.min(...ready)).toBe(3);
    expect(Math.max(...all)).toBe(4);
    const { items } = await json('get', 'events', '--field-selector', 'involvedObject.name=web');
    const told = items.map(({ message }: { message: string }) => message.replace(/web-\w+/, 'x'));
    for (const [direction, from, to] of [
      ['up', 0, 1],
      ['down', 3, 2],
      ['up', 1, 2],
      ['down', 2, 1],
      ['up', 2, 3],
      ['down', 1, 0],
    ]) {
      expect(told).toContain(`Scaled ${direction} replica set x from ${from} to ${to}`);
    }
    expect(await sizes()).toEqual(['nginx:1.9.1=3']);
  });

  test('goes back to an earlier revision, and remembers them', async () => {
    await ok('rollout', 'undo', 'deployment/web');
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await sizes()).toEqual(['nginx:1.7.9=3']);
    expect(await ok('rollout', 'history', 'deployment/web')).toMatch(
      /REVISION +CHANGE-CAUSE\n2 +nginx 1.9\n3 +<none>\n/,
    );
    expect(await ok('rollout', 'history', 'deployment/web', '--revision=2')).toContain('nginx:1.9.1');
    await ok('rollout', 'undo', 'deployment/web', '--to-revision=2');
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await sizes()).toEqual(['nginx:1.9.1=3']);
  });

  test('stands still while it is paused, is scaled, and is restarted', async () => {
    await ok('rollout', 'pause', 'deployment/web');
    await ok('set', 'image', 'deployment/web', 'web=nginx:1.21');
    await ok('scale', 'deployment/web', '--replicas=4');
    await eventually('it has four pods', async () => (await sizes()).join() === 'nginx:1.9.1=4');
    await ok('rollout', 'resume', 'deployment/web');
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await sizes()).toEqual(['nginx:1.21=4']);
    await ok('rollout', 'restart', 'deployment/web');
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await sizes()).toEqual(['nginx:1.21=4']);
    await ok('delete', 'deployment', 'web');
    await eventually('nothing is left', async () => (await ok('get', 'rs,pods', '-o', 'name')) === '');
  });
});

/** Follows the slices of `web` as a proxy does. @returns of each change the ReplicaSets whose pods were ready then */
function readySets(watch: OpenWatch): string[] {
  const slices = new Map<string, string[]>();
  return watch.seen.map(({ type, object }) => {
    const ready = (object.endpoints ?? []).filter(
      ({ conditions }: { conditions: { ready?: boolean } }) => conditions.ready,
    );
    const sets = ready.map(({ targetRef }: { targetRef: { name: string } }) =>
      targetRef.name.replace(/-\w+$/, ''),
    );
    slices.set(object.metadata.name, type === 'DELETED' ? [] : sets);
    return [...new Set([...slices.values()].flat())].toSorted().join('+');
  });
}

describe('deployment.yaml, blue/green', () => {
  let watch: OpenWatch;
  beforeAll(async () => {
    await ok('create', 'service', 'clusterip', 'web', '--tcp=80:80');
    watch = await watchOf(
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
      'kubernetes.io/service-name=web',
    );
    const manifest = parse(await readFile(example, 'utf8'));
    manifest.metadata.annotations = {
      'deploy.berth.dev/strategy': 'BlueGreen',
      'deploy.berth.dev/auto-promote': 'false',
    };
    const applied = await instance.apply(JSON.stringify(manifest));
    expect([applied.code, applied.stderr]).toEqual([0, '']);
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
  });

  test('has all new pods first, and then moves all traffic at once', async () => {
    const [blue] = (await ok('get', 'rs', '-l', 'app=web', '-o', 'name')).trim().split('\n');
    await ok('set', 'image', 'deployment/web', 'web=nginx:1.9.1');
    await ok(
      'wait',
      '--for=jsonpath={.status.conditions[?(@.type=="Progressing")].reason}=AwaitingPromotion',
      'deployment/web',
      '--timeout=60s',
    );
    expect(await sizes()).toEqual(['nginx:1.7.9=3', 'nginx:1.9.1=3']);
    expect(await ok('describe', 'deploy', 'web')).toMatch(
      /AwaitingPromotion[^]*is ready to take over and waits for deploy.berth.dev\/promote=true/,
    );
    expect(readySets(watch).at(-1)).toBe(blue?.replace(/.*\//, ''));
    await ok('annotate', 'deployment/web', 'deploy.berth.dev/promote=true');
    expect(await ok('rollout', 'status', 'deployment/web', '--timeout=60s')).toContain(
      'successfully rolled out',
    );
    await eventually(
      'the slices have moved',
      async () => readySets(watch).at(-1) !== blue?.replace(/.*\//, ''),
    );
    expect(await ok('get', 'deploy', 'web', '-o', 'jsonpath={.metadata.annotations}')).not.toContain(
      'promote":"true',
    );
  });

  test('goes back at once while the old pods are kept', async () => {
    const moved = readySets(watch).at(-1);
    await ok('rollout', 'undo', 'deployment/web');
    await ok('rollout', 'status', 'deployment/web', '--timeout=60s');
    await eventually('traffic is back', async () => readySets(watch).at(-1) !== moved);
  });

  test('is steered by berth rollout', async () => {
    await ok('set', 'image', 'deployment/web', 'web=nginx:1.21');
    expect(await rollout('promote', 'web')).toMatchObject({
      code: 0,
      stdout: 'deployment "web": all traffic is with revision 4\n',
    });
    const status = await rollout('status', 'deployment/web', '--wait', '--timeout', '60s');
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(
      /Strategy: +BlueGreen\nState: +Complete: all 3 pods[^]*4 +live +web-\w+ +3\/3 +3 +nginx:1.21/,
    );
    expect(await rollout('abort', 'web')).toMatchObject({
      code: 0,
      stdout: 'deployment "web": revision 4 was given up\n',
    });
    const failed = await rollout('status', 'web', '--wait');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      /^berth: the rollout of deployment "web" has failed: ReplicaSet "web-\w+" was given up/,
    );
    expect(await rollout('promote', 'web')).toMatchObject({ code: 0 });
    expect((await rollout('history', 'web')).stdout).toMatch(
      /^REVISION[^]*\n4 \(newest\) +web-\w+ +3\/3 +nginx:1.21/,
    );
    expect(await rollout('undo', 'web', '--to-revision', '2')).toMatchObject({
      code: 0,
      stdout: 'deployment "web" goes back to revision 2\n',
    });
    expect(await rollout('promote', 'web')).toMatchObject({ code: 0 });
    expect(await rollout('pause', 'web')).toMatchObject({ code: 0, stdout: 'deployment "web" paused\n' });
    expect(await rollout('restart', 'web')).toMatchObject({ code: 6 });
    expect(await rollout('resume', 'web', '-o', 'name')).toMatchObject({ stdout: 'deployment.apps/web\n' });
    expect(await rollout('restart', 'web')).toMatchObject({ code: 0 });
  });

  test('is found by the completion of a shell', async () => {
    const words = ['rollout', 'status', '-n', 'default', ''];
    const found = await berth(['complete', '--', ...words], { BERTH_DATA_DIR: instance.dataDirectory });
    expect(found).toMatchObject({ code: 0, stdout: 'web\n' });
  });

  test.each<readonly [string[], number, RegExp]>([
    [
      ['status', 'nope'],
      4,
      /deployments.apps "nope" not found \(namespace "default" of cluster "default"; -n and/,
    ],
    [['status', 'pod/web'], 2, /"pod\/web" is no Deployment\. Write <name> or deployment\/<name>\./],
    [['undo', 'web', '--to-revision', '99'], 4, /deployment "web" has no revision 99; it has \d/],
    [['resume', 'web'], 6, /deployment "web" is not paused/],
  ])('%j is answered with what would be right', async (args, code, message) => {
    const result = await rollout(...args);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(message);
  });

  test('nobody who watched ever saw both sides', async () => {
    await watch.end();
    const seen = readySets(watch);
    expect(new Set(seen).size).toBeGreaterThan(3);
    expect(seen.filter((sets) => sets.includes('+'))).toEqual([]);
  });
});
