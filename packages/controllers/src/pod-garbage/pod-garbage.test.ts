import type { Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { active, jobOf, start, work } from '../testing/job-scenario.ts';
import { memoryNode } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

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
