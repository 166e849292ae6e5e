import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:2' });
});
afterAll(() => instance?.remove());

const podOf = (name: string, spec: object, labels: Record<string, string> = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec },
  });
const apply = async (manifest: string): Promise<void> => {
  const { code, stderr } = await instance.apply(manifest);
  if (code !== 0) throw new Error(stderr);
};
const phaseOf = (name: string) => instance.ok('get', 'pod', name, '-o', 'jsonpath={.status.phase}');
const nodesOf = async (selector: string): Promise<string[]> => {
  const found = await instance.ok('get', 'pods', '-l', selector, '-o', 'jsonpath={.items[*].spec.nodeName}');
  return found.split(' ').filter(Boolean);
};

test('a pod that fits nowhere says why, and who asks what it waits for is told', async () => {
  await apply(podOf('misfit', { nodeSelector: { disk: 'ssd' } }));
  const reason =
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
  await eventually('the events of the pod are there', async () => {
    const described = await instance.ok('describe', 'pod', 'misfit');
    expect(described).toMatch(/Warning\s+FailedScheduling\s+.*default-scheduler\s+0\/2 nodes are available/);
    expect(described).toContain(reason);
    expect(described).toMatch(/PodScheduled\s+False/);
    return true;
  });
  expect((await instance.ok('get', 'pod', 'misfit', '--no-headers')).split(/\s+/)[2]).toBe('Pending');
  await instance.ok('delete', 'pod', 'misfit');
});

test('a pod behind a gate shows it, and is scheduled when the gate is taken away', async () => {
  await apply(podOf('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
  expect((await instance.ok('get', 'pod', 'gated', '--no-headers')).split(/\s+/)[2]).toBe('SchedulingGated');
  const patch = '[{"op":"remove","path":"/spec/schedulingGates"}]';
  await instance.ok('patch', 'pod', 'gated', '--type=json', `--patch=${patch}`);
  await eventually('the pod runs', async () => (await phaseOf('gated')) === 'Running');
  const node = await instance.ok('get', 'pod', 'gated', '-o', 'jsonpath={.spec.nodeName}');
  const events = await instance.ok('get', 'events', '--field-selector=involvedObject.name=gated');
  expect(events).toContain(`Successfully assigned default/gated to ${node}`);
  await instance.ok('delete', 'pod', 'gated');
});

test('pods that are to be spread are spread', async () => {
  const app = { app: 'spread' };
  const constraint = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: app },
  };
  for (const name of ['s1', 's2', 's3', 's4']) {
    await apply(podOf(name, { topologySpreadConstraints: [constraint] }, app));
  }
  await eventually('all have a node', async () => (await nodesOf('app=spread')).length === 4);
  const [first, ...others] = (await nodesOf('app=spread')).toSorted();
  expect(others.filter((node) => node === first)).toHaveLength(1);
  await instance.ok('delete', 'pods', '-l', 'app=spread');
});

test('a more important pod takes the place of a less important one, and the next one waits for it to end', async () => {
  const classOf = (name: string, value: number) =>
    JSON.stringify({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value });
  await apply(classOf('high', 1_000));
  await apply(classOf('low', 10));
  const listed = await instance.ok('get', 'priorityclasses', '--no-headers');
  expect(listed.split('\n').map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
    ['high', '1000', 'false'],
    ['low', '10', 'false'],
    ['system-cluster-critical', '2000000000', 'false'],
    ['system-node-critical', '2000001000', 'false'],
    [''],
  ]);

  const [cpu] = (
    await instance.ok('get', 'nodes', '-o', 'jsonpath={.items[*].status.allocatable.cpu}')
  ).split(' ');
  const requesting = (priorityClassName: string) => ({
    priorityClassName,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'busybox', resources: { requests: { cpu } } }],
  });
  for (const name of ['low-1', 'low-2']) await apply(podOf(name, requesting('low'), { app: 'low' }));
  await eventually('both nodes are full', async () => {
    expect((await nodesOf('app=low')).toSorted()).toEqual([...new Set(await nodesOf('app=low'))].toSorted());
    expect(await nodesOf('app=low')).toHaveLength(2);
    return true;
  });
  await apply(podOf('low-3', requesting('low'), { app: 'low' }));
  await apply(podOf('important', requesting('high')));
  await eventually('the important pod runs', async () => (await phaseOf('important')) === 'Running');
  const events = await instance.ok('get', 'events', '--field-selector=reason=Preempted');
  expect(events.split('\n').filter((line) => line.includes('Preempted by pod'))).toHaveLength(1);
  await eventually('one of them has gone', async () => {
    const left = await instance.ok(
      'get',
      'pods',
      '-l',
      'app=low',
      '-o',
      'jsonpath={.items[*].metadata.name}',
    );
    expect(left.split(' ')).toHaveLength(2);
    expect(left).toContain('low-3');
    return true;
  });
  expect(await phaseOf('low-3')).toBe('Pending');
  await instance.ok('delete', 'pod', 'important');
  await eventually('the next one has the place', async () => (await phaseOf('low-3')) === 'Running');
});
