import type { Node, Pod, PodTemplateSpec } from '@berth/kinds';
import { toTime, type KubeObject } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import { changeNode } from '../testing/daemon-scenario.ts';
import type { Kubelet } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { readiness, startOnFleet } from '../testing/node-scenario.ts';

const template: PodTemplateSpec = {
  metadata: { name: '', labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'i' }] },
};
const jobTemplate: PodTemplateSpec = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: { app: 'web' } };

function workload(kind: string, spec: object): KubeObject {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1';
  const object = { apiVersion, kind, metadata: { name: 'web', namespace: 'default' }, spec };
  return object;
}

/** The node falls silent, and what the fleet's cluster says of it by taints reaches this one. */
function lose(cluster: MemoryCluster, name: string): void {
  readiness(cluster, name, 'Unknown');
  const unreachable = { key: 'node.kubernetes.io/unreachable', timeAdded: toTime(cluster.now) };
  const taints = [
    { ...unreachable, effect: 'NoSchedule' as const },
    { ...unreachable, effect: 'NoExecute' as const },
  ];
  changeNode(cluster, name, { spec: { taints } });
  cluster.settle();
}

function startLosing(object: KubeObject): { cluster: MemoryCluster; kubelet: Kubelet; lost: Pod[] } {
  const { cluster, kubelet } = startOnFleet('a', 'b');
  cluster.create(object);
  // What comes in order comes one by one.
  for (let step = 0; step < 5; step++) {
    cluster.settle();
    kubelet.runAll();
  }
  cluster.settle();
  const lost = podsOn(cluster, 'a');
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThan(cluster.list('pods').length);
  lose(cluster, 'a');
  return { cluster, kubelet, lost };
}

const podsOn = (cluster: MemoryCluster, node: string): Pod[] =>
  cluster.list<Pod>('pods').filter(({ spec }) => spec?.nodeName === node);
const active = (cluster: MemoryCluster): Pod[] =>
  cluster.list<Pod>('pods').filter(({ metadata }) => !metadata.deletionTimestamp);
const claimed = (cluster: MemoryCluster): string[] => [...cluster.claims.keys()].toSorted();
const uids = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.uid ?? '').toSorted();

describe('when a node is lost', () => {
  it('the pods of a Deployment are replaced elsewhere, and go when the node is back', () => {
    const { cluster, kubelet, lost } = startLosing(
      workload('Deployment', { replicas: 4, selector, template }),
    );
    cluster.advance(299);
    expect(active(cluster)).toHaveLength(4);
    cluster.advance(1);
    expect(active(cluster)).toHaveLength(4);
    expect(active(cluster).every(({ spec }) => spec?.nodeName === 'b')).toBe(true);
    expect(uids(podsOn(cluster, 'a'))).toEqual(uids(lost));

    readiness(cluster, 'a', 'True');
    changeNode(cluster, 'a', { spec: {} });
    kubelet.finishTerminating();
    kubelet.runAll();
    cluster.settle();
    expect(podsOn(cluster, 'a')).toEqual([]);
    expect(cluster.list('pods')).toHaveLength(4);
    expect(claimed(cluster)).toEqual(uids(active(cluster)));
  });

  it('a pod of a StatefulSet is not replaced before it is gone for certain', () => {
    const { cluster, kubelet, lost } = startLosing(
      workload('StatefulSet', { replicas: 3, serviceName: 'web', selector, template }),
    );
    cluster.advance(3_600);
    expect(uids(podsOn(cluster, 'a'))).toEqual(uids(lost));
    expect(active(cluster)).toHaveLength(3 - lost.length);

    const node: Node | undefined = cluster.nodes.find((view) => view.node.metadata.name === 'a')?.node;
    const outOfService = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' } as const;
    const taints = [...(node?.spec?.taints ?? []), { ...outOfService, timeAdded: toTime(cluster.now) }];
    changeNode(cluster, 'a', { spec: { taints } });
    for (let step = 0; step < 5; step++) {
      cluster.settle();
      kubelet.runAll();
    }
    cluster.settle();
    const names = active(cluster).map(({ metadata, spec }) => `${metadata.name} ${spec?.nodeName}`);
    expect(names.toSorted()).toEqual(['web-0 b', 'web-1 b', 'web-2 b']);
    expect(claimed(cluster)).toEqual(uids(active(cluster)));
  });

  it.each([
    ['TerminatingOrFailed', 4],
    ['Failed', 0],
  ] as const)('the pods of a Job are replaced as its policy says: %s', (podReplacementPolicy, atOnce) => {
    const spec = { completions: 4, parallelism: 4, podReplacementPolicy, template: jobTemplate };
    const { cluster, lost } = startLosing(workload('Job', spec));
    cluster.advance(300);
    expect(active(cluster)).toHaveLength(atOnce === 4 ? 4 : 4 - lost.length);
    changeNode(cluster, 'a', undefined);
    cluster.advance(100);
    expect(active(cluster)).toHaveLength(4);
    expect(podsOn(cluster, 'a')).toEqual([]);
    expect(claimed(cluster)).toEqual(uids(active(cluster)));
  });

  it('the pods of a DaemonSet stay, and go with the node', () => {
    const { cluster } = startLosing(workload('DaemonSet', { selector, template }));
    cluster.advance(7_200);
    expect(active(cluster)).toHaveLength(2);
    changeNode(cluster, 'a', undefined);
    cluster.advance(60);
    expect(active(cluster).map(({ spec }) => spec?.nodeName)).toEqual(['b']);
    expect(claimed(cluster)).toEqual(uids(active(cluster)));
  });
});
