import { builtinRegistry, type Node } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { podNamed, podOn, readiness, startOnFleet } from '../testing/node-scenario.ts';

/** The cluster in which the nodes are objects: the fleet's, or one that brings its own. */
function startWithNodeObjects(...names: readonly string[]): MemoryCluster {
  const cluster = new MemoryCluster({
    registry: builtinRegistry,
    reconcilers: controllers(),
    ownNodes: true,
  });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  for (const name of names) {
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: {
        allocatable: { cpu: '8', memory: '8Gi', pods: '100' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    };
    cluster.create(node);
  }
  cluster.settle();
  return cluster;
}

const nodeOf = (cluster: MemoryCluster, name: string): Node => {
  const node = cluster.get<Node>('nodes', '', name);
  if (!node) throw new Error(`no node ${name}`);
  return node;
};

function say(cluster: MemoryCluster, name: string, status: 'True' | 'False' | 'Unknown'): void {
  const node = nodeOf(cluster, name);
  cluster.updateStatus({
    ...node,
    status: { ...node.status, conditions: [{ type: 'Ready', status }] },
  });
  cluster.settle();
}

const taintsOf = (cluster: MemoryCluster, name: string): string[] =>
  (nodeOf(cluster, name).spec?.taints ?? []).map(
    ({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`,
  );

describe('a node in trouble', () => {
  it('says so by taints and an Event, and no more when it is well', () => {
    const cluster = startWithNodeObjects('a', 'b');
    expect(taintsOf(cluster, 'a')).toEqual([]);
    say(cluster, 'a', 'Unknown');
    expect(taintsOf(cluster, 'a')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
    expect(cluster.events('a')).toEqual(['NodeNotReady: Node a status is now: NodeNotReady']);
    say(cluster, 'a', 'True');
    expect(taintsOf(cluster, 'a')).toEqual([]);
    expect(nodeOf(cluster, 'a').spec).not.toHaveProperty('taints');
    expect(cluster.events('a')).toContain('NodeReady: Node a status is now: NodeReady');
    expect(taintsOf(cluster, 'b')).toEqual([]);
    expect(cluster.awaited()).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });

  it('loses its pods only while another node is ready', () => {
    const cluster = startWithNodeObjects('a', 'b');
    say(cluster, 'a', 'Unknown');
    say(cluster, 'b', 'Unknown');
    for (const name of ['a', 'b']) expect(taintsOf(cluster, name)).toEqual(['unreachable:NoSchedule']);
    cluster.advance(900);
    say(cluster, 'b', 'True');
    expect(taintsOf(cluster, 'a')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
    expect(nodeOf(cluster, 'a').spec?.taints?.[1]?.timeAdded).toBe('2026-03-01T10:15:00Z');
  });

  it('loses the pods of its own cluster five minutes later, in the turn that tainted it or a later one', () => {
    const cluster = startWithNodeObjects('a', 'b');
    cluster.create(podOn('p', 'a'));
    cluster.settle();
    say(cluster, 'a', 'Unknown');
    cluster.advance(299);
    expect(podNamed(cluster, 'p')?.metadata.deletionTimestamp).toBeUndefined();
    cluster.advance(1);
    expect(podNamed(cluster, 'p')?.metadata.deletionTimestamp).toBeDefined();
    // Nobody is there to end it: it stays until the node is back, or known to be no more.
    cluster.advance(3_600);
    expect(podNamed(cluster, 'p')).toBeDefined();
  });

  it('takes no pod from the moment on that its agent says that it shuts down', () => {
    const cluster = startWithNodeObjects('a');
    say(cluster, 'a', 'False');
    const { nodeName: _node, ...spec } = podOn('late', '').spec ?? {};
    cluster.create({ ...podOn('late', ''), spec });
    cluster.settle();
    expect(podNamed(cluster, 'late')?.spec?.nodeName).toBeUndefined();
    expect(
      podNamed(cluster, 'late')?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message,
    ).toContain('untolerated taint');
    say(cluster, 'a', 'True');
    cluster.advance(60);
    expect(podNamed(cluster, 'late')?.spec?.nodeName).toBe('a');
  });
});

describe('pods of a node of the fleet', () => {
  const ready = (cluster: MemoryCluster, name: string) =>
    podNamed(cluster, name)?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;

  it('are not ready when it falls silent, and are left to their agent while it speaks', () => {
    const { cluster, kubelet } = startOnFleet('a', 'b');
    for (const [name, node] of Object.entries({ one: 'a', two: 'a', other: 'b' }))
      cluster.create(podOn(name, node));
    cluster.settle();
    kubelet.runAll();
    cluster.settle();

    readiness(cluster, 'a', 'False');
    cluster.settle();
    expect(ready(cluster, 'one')).toBe('True');
    readiness(cluster, 'a', 'Unknown');
    cluster.settle();
    expect(['one', 'two', 'other'].map((name) => ready(cluster, name))).toEqual(['False', 'False', 'True']);
    expect(cluster.events('one')).toContain('NodeNotReady: Node is not ready');

    // The agent is back before anybody has heard of its node: nobody argues with it.
    const [one] = kubelet.assigned().filter(({ metadata }) => metadata.name === 'one');
    if (one) kubelet.run(one);
    cluster.settle();
    expect(ready(cluster, 'one')).toBe('True');
    expect(cluster.errors).toEqual([]);
  });
});
