import type { Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { active, jobOf, start, work } from '../testing/job-scenario.ts';
import { memoryNode } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { isGoing, podNamed, podOn, readiness, startOnFleet } from '../testing/node-scenario.ts';
import { changeNode } from '../testing/daemon-scenario.ts';

/** Takes a node away, as its deletion in the fleet's cluster looks to this one. */
function removeNode(cluster: MemoryCluster, name: string): void {
  const node = cluster.nodes.find((view) => view.node.metadata.name === name)?.node;
  cluster.nodes = cluster.nodes.filter((view) => view.node !== node);
  cluster.announce({ resource: 'nodes', before: node, after: undefined });
}

describe('pods of a node that is no more', () => {
  it('fail after 40 s and go, and their Job replaces them', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 2, parallelism: 2 }));
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    const [lost] = kubelet.assigned();
    const { nodeName = '' } = lost?.spec ?? {};
    const lostPods = kubelet.assigned().filter((pod) => pod.spec?.nodeName === nodeName);
    removeNode(cluster, nodeName);
    cluster.advance(39);
    expect(active(cluster)).toHaveLength(2);
    cluster.advance(1);
    for (const pod of lostPods) expect(cluster.get('pods', 'default', pod.metadata.name)).toBeUndefined();
    expect(work(cluster).status).toMatchObject({ failed: lostPods.length });
    cluster.advance(60);
    expect(active(cluster)).toHaveLength(2);
    expect(active(cluster).every((pod) => pod.spec?.nodeName !== nodeName)).toBe(true);
  });

  it('stay when the node comes back in time', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf());
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    const [pod] = kubelet.assigned();
    const { nodeName = '' } = pod?.spec ?? {};
    removeNode(cluster, nodeName);
    cluster.advance(20);
    const marked = cluster.get<Pod>('pods', 'default', pod?.metadata.name ?? '');
    expect(marked?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' }),
    );
    cluster.nodes.push(memoryNode(nodeName));
    cluster.advance(60);
    const kept = cluster.get<Pod>('pods', 'default', pod?.metadata.name ?? '');
    expect(kept?.metadata.uid).toBe(pod?.metadata.uid);
    expect(kept?.status?.conditions?.some(({ type }) => type === 'DisruptionTarget')).toBe(false);
  });

  it('are not given up on the word of a view without any node', () => {
    const { cluster } = start();
    cluster.create(jobOf());
    cluster.settle();
    const [node] = cluster.nodes;
    cluster.nodes = [];
    cluster.announce({ resource: 'nodes', before: node?.node, after: undefined });
    cluster.advance(600);
    expect(active(cluster)).toHaveLength(1);
  });
});

describe('a terminating pod without a node', () => {
  it('is failed, counted and gone at once, although its Job waits for pods to end', () => {
    const { cluster } = start();
    cluster.nodes = [];
    cluster.create(jobOf({ podReplacementPolicy: 'Failed' }));
    cluster.settle();
    const [pod] = active(cluster);
    if (pod) cluster.delete(pod);
    cluster.settle();
    expect(cluster.get('pods', 'default', pod?.metadata.name ?? '')).toBeUndefined();
    expect(work(cluster).status).toMatchObject({ failed: 1, terminating: 0 });
  });
});

describe('a terminating pod of a node that is silent', () => {
  function startSilent(): MemoryCluster {
    const { cluster, kubelet } = startOnFleet('a', 'b');
    for (const name of ['lost', 'stays']) cluster.create(podOn(name, 'a', [{ operator: 'Exists' }]));
    cluster.settle();
    kubelet.runAll();
    readiness(cluster, 'a', 'Unknown');
    cluster.settle();
    const pod = podNamed(cluster, 'lost');
    if (pod) cluster.delete(pod);
    cluster.advance(7_200);
    return cluster;
  }
  const outOfService = { key: 'node.kubernetes.io/out-of-service', effect: 'NoSchedule' } as const;

  it('stays until the node is said to be out of service, and then goes alone', () => {
    const cluster = startSilent();
    expect(isGoing(cluster, 'lost')).toBe(true);
    changeNode(cluster, 'a', { spec: { taints: [outOfService] } });
    cluster.settle();
    expect(podNamed(cluster, 'lost')).toBeUndefined();
    expect(podNamed(cluster, 'stays')).toBeDefined();
    const pod = podNamed(cluster, 'stays');
    if (pod) cluster.delete(pod);
    cluster.settle();
    expect(podNamed(cluster, 'stays')).toBeUndefined();
  });

  it('stays on a node that is ready, whatever its taints say', () => {
    const cluster = startSilent();
    readiness(cluster, 'a', 'True');
    changeNode(cluster, 'a', { spec: { taints: [outOfService] } });
    cluster.settle();
    expect(isGoing(cluster, 'lost')).toBe(true);
  });

  it('goes when the node is no more', () => {
    const cluster = startSilent();
    changeNode(cluster, 'a', undefined);
    cluster.advance(39);
    expect(podNamed(cluster, 'stays')).toBeDefined();
    cluster.advance(1);
    expect(podNamed(cluster, 'lost')).toBeUndefined();
    expect(podNamed(cluster, 'stays')).toBeUndefined();
  });
});
