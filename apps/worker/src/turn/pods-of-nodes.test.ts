import { controllers } from '@berth/controllers';
import { builtinRegistry, type Node, type Pod, type Taint } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepNodes } from '../duties/sweep-nodes.ts';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());

const nodeKey = (name: string) => ({ resource: 'nodes', namespace: '', name });
const podKey = (name: string) => ({ resource: 'pods', namespace: 'default', name });

async function join(...names: readonly string[]): Promise<void> {
  for (const name of names)
    await fixture.system.create<Node>({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: {
        allocatable: { cpu: '8', memory: '8Gi', pods: '10' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
}

async function clusterWithPod(clusterId: string, node: string): Promise<ClusterClient> {
  const cluster = await createTestCluster(fixture.store, clusterId);
  await cluster.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: node, containers: [{ name: 'main', image: 'i' }], terminationGracePeriodSeconds: 30 },
  });
  await cluster.updateStatus<Pod>(podKey('p'), (pod) => ({
    ...pod,
    status: { ...pod.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }));
  await runClusterTurn(clusterId, fixture.deps(controllers()));
  return cluster;
}

/** Turns of the system cluster until it is quiet. @returns the clusters that it asked for */
async function systemTurns(): Promise<string[]> {
  fixture.hints.requestedTurns.length = 0;
  while ((await runClusterTurn('system', fixture.deps(controllers()))) !== 'idle');
  return [...new Set(fixture.hints.requestedTurns)].filter((id) => id !== 'system').toSorted();
}

async function taint(name: string, taints: readonly Taint[]): Promise<void> {
  await fixture.system.update<Node>(nodeKey(name), (node) => ({
    ...node,
    spec: { ...node.spec, taints: [...taints] },
  }));
}

const say = (name: string, status: string): Promise<void> =>
  fixture.system.updateStatus<Node>(nodeKey(name), (node) => ({
    ...node,
    status: {
      ...node.status,
      conditions: [{ type: 'Ready', status, lastTransitionTime: toTime(fixture.clock.now) }],
    },
  }));

const isGoing = async (cluster: ClusterClient): Promise<boolean> =>
  (await cluster.get<Pod>(podKey('p')))?.metadata.deletionTimestamp !== undefined;

test('a taint that drives pods out wakes the clusters that have pods on the node, and no other one', async () => {
  await join('one', 'two');
  const here = await clusterWithPod('here', 'one');
  const there = await clusterWithPod('there', 'two');
  await createTestCluster(fixture.store, 'nowhere');
  await systemTurns();

  await taint('one', [{ key: 'gone', effect: 'NoSchedule' }]);
  expect(await systemTurns()).toEqual([]);
  await taint('one', [{ key: 'gone', effect: 'NoExecute' }]);
  expect(await systemTurns()).toEqual(['here']);
  const { taints } = (await fixture.system.get<Node>(nodeKey('one')))?.spec ?? {};
  expect(taints).toEqual([{ key: 'gone', effect: 'NoExecute', timeAdded: expect.any(String) }]);
  await runClusterTurn('here', fixture.deps(controllers()));
  expect(await isGoing(here)).toBe(true);
  expect(await isGoing(there)).toBe(false);
});

test('a node that falls silent takes readiness from its pods, and drives them out five minutes after', async () => {
  await join('three');
  const cluster = await clusterWithPod('silenced', 'three');
  await systemTurns();
  await say('three', 'Unknown');
  expect(await systemTurns()).toEqual(['silenced']);
  const { taints = [] } = (await fixture.system.get<Node>(nodeKey('three')))?.spec ?? {};
  expect(taints.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
    'node.kubernetes.io/unreachable:NoSchedule',
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
  await runClusterTurn('silenced', fixture.deps(controllers()));
  const pod = await cluster.get<Pod>(podKey('p'));
  expect(pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
  expect(await isGoing(cluster)).toBe(false);

  fixture.clock.now = new Date(fixture.clock.now.getTime() + 301_000);
  await runClusterTurn('silenced', fixture.deps(controllers()));
  expect(await isGoing(cluster)).toBe(true);
});

test('a pod that was bound while its node came into trouble is found by the sweep, as are those of nodes that are no more', async () => {
  const { store } = fixture;
  await join('four');
  await systemTurns();
  await taint('four', [{ key: 'gone', effect: 'NoExecute' }]);
  await systemTurns();
  // As by a turn that saw the node before.
  const untold = { ...fixture.deps([]) };
  const late = await createTestCluster(store, 'late');
  await late.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'four', containers: [{ name: 'main', image: 'i' }], terminationGracePeriodSeconds: 30 },
  });
  await runClusterTurn('late', untold);
  const sweep = async (): Promise<string[]> => {
    fixture.hints.requestedTurns.length = 0;
    const { nodeWatchers: watchers } = untold;
    await sweepNodes(store, { registry: builtinRegistry, watchers, now: fixture.clock.now });
    return [...new Set(fixture.hints.requestedTurns)];
  };
  expect(await sweep()).toContain('late');
  await runClusterTurn('late', fixture.deps(controllers()));
  expect(await isGoing(late)).toBe(true);

  fixture.clock.now = new Date(fixture.clock.now.getTime() + 200_000);
  expect(await sweep()).toEqual([]);
  await fixture.system.remove(nodeKey('four'));
  expect(await sweep()).toEqual(['late']);
  await runClusterTurn('late', fixture.deps(controllers()));
  fixture.clock.now = new Date(fixture.clock.now.getTime() + 41_000);
  await runClusterTurn('late', fixture.deps(controllers()));
  expect(await late.get(podKey('p'))).toBeUndefined();
});
