import type { Pod, PodSpec } from '@berth/kinds';
import { expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import { memoryNode } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

const hostname = 'kubernetes.io/hostname';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';

function podOf(name: string, spec: PodSpec = {}, labels: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  };
}

function pod(cluster: MemoryCluster, name: string): Pod {
  const found = cluster.get<Pod>('pods', 'default', name);
  if (!found) throw new Error(`no pod ${name}`);
  return found;
}

function nodeOf(cluster: MemoryCluster, name: string): string | undefined {
  return pod(cluster, name).spec?.nodeName;
}

function named(...names: readonly string[]) {
  return names.map((name) => {
    const view = memoryNode(name);
    return {
      ...view,
      node: { ...view.node, metadata: { ...view.node.metadata, labels: { [hostname]: name } } },
    };
  });
}

const near = (labels: Record<string, string>, namespaceSelector?: object): PodSpec => ({
  affinity: {
    podAffinity: {
      [required]: [
        {
          topologyKey: hostname,
          labelSelector: { matchLabels: labels },
          ...(namespaceSelector ? { namespaceSelector } : {}),
        },
      ],
    },
  },
});

it('a pod that wants to be near another goes as soon as that one has a node, in the same turn', () => {
  const { cluster } = start();
  cluster.nodes = named('a', 'b');
  cluster.create(podOf('follower', near({ app: 'leader' })));
  cluster.settle();
  expect(nodeOf(cluster, 'follower')).toBeUndefined();
  cluster.create(podOf('leader', {}, { app: 'leader' }));
  cluster.turn();
  expect(nodeOf(cluster, 'follower')).toBe(nodeOf(cluster, 'leader'));
});

it('a pod that wants to be near another goes when that one gets the label', () => {
  const { cluster } = start();
  cluster.nodes = named('a', 'b');
  cluster.create(podOf('leader'));
  cluster.create(podOf('follower', near({ app: 'leader' })));
  cluster.settle();
  const leader = pod(cluster, 'leader');
  cluster.update({ ...leader, metadata: { ...leader.metadata, labels: { app: 'leader' } } });
  cluster.turn();
  expect(nodeOf(cluster, 'follower')).toBe(nodeOf(cluster, 'leader'));
});

it('a pod that selects namespaces goes when one is labelled', () => {
  const { cluster } = start();
  cluster.nodes = named('a', 'b');
  cluster.create(podOf('leader', {}, { app: 'leader' }));
  cluster.create(podOf('follower', near({ app: 'leader' }, { matchLabels: { team: 'x' } })));
  cluster.settle();
  expect(nodeOf(cluster, 'follower')).toBeUndefined();
  const namespace = cluster.get('namespaces', '', 'default');
  if (!namespace) throw new Error('no namespace');
  const labels = { ...namespace.metadata.labels, team: 'x' };
  cluster.update({ ...namespace, metadata: { ...namespace.metadata, labels } });
  cluster.turn();
  expect(nodeOf(cluster, 'follower')).toBe(nodeOf(cluster, 'leader'));
});

it('a pod that keeps apart from others goes when one of them goes', () => {
  const { cluster, kubelet } = start();
  cluster.nodes = named('a');
  const terms = [{ topologyKey: hostname, labelSelector: { matchLabels: { app: 'one' } } }];
  const apart: PodSpec = { affinity: { podAntiAffinity: { [required]: terms } } };
  for (const name of ['first', 'second']) cluster.create(podOf(name, apart, { app: 'one' }));
  cluster.settle();
  expect([nodeOf(cluster, 'first'), nodeOf(cluster, 'second')]).toEqual(['a', undefined]);
  kubelet.end(pod(cluster, 'first'));
  cluster.settle();
  expect(nodeOf(cluster, 'second')).toBe('a');
});

it('a pod that waits behind gates goes when the last one is taken away', () => {
  const { cluster } = start();
  cluster.create(podOf('gated', { schedulingGates: [{ name: 'one' }, { name: 'two' }] }));
  cluster.settle();
  const gate = (...gates: string[]): void => {
    const current = pod(cluster, 'gated');
    const { schedulingGates: _gates, ...spec } = current.spec ?? {};
    const schedulingGates = gates.map((name) => ({ name }));
    cluster.update({ ...current, spec: { ...spec, ...(gates.length > 0 && { schedulingGates }) } });
    cluster.settle();
  };
  expect(pod(cluster, 'gated').status?.conditions?.[0]).toMatchObject({
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  });
  gate('two');
  expect(nodeOf(cluster, 'gated')).toBeUndefined();
  gate();
  expect(nodeOf(cluster, 'gated')).toBeDefined();
  expect(cluster.events('gated')).toEqual([
    `Scheduled: Successfully assigned default/gated to ${nodeOf(cluster, 'gated')}`,
  ]);
});
