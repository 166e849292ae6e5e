import type { Event, Pod, PodSpec, PriorityClass, ReplicaSet } from '@berth/kinds';
import { expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import { type Kubelet, memoryNode } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

function podOf(name: string, spec: PodSpec = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }], ...spec },
  };
}

function find(cluster: MemoryCluster, name: string): Pod | undefined {
  return cluster.get<Pod>('pods', 'default', name);
}

/** The `name` labels of the pods that run and are not asked to go. */
function running(kubelet: Kubelet): readonly string[] {
  const staying = kubelet.assigned().filter(({ metadata }) => !metadata.deletionTimestamp);
  return staying.map(({ metadata }) => metadata.labels?.['name'] ?? '').toSorted();
}

/** A node of two cores, and classes `high` and `meek`, which never preempts. */
function tight() {
  const scenario = start();
  const { cluster } = scenario;
  cluster.nodes = [memoryNode('small', { cpu: '2' })];
  const classOf = (name: string, preemptionPolicy: string): PriorityClass => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: 1000,
    preemptionPolicy,
  });
  cluster.create(classOf('high', 'PreemptLowerPriority'));
  cluster.create(classOf('meek', 'Never'));
  return scenario;
}

it('a more important pod makes a less important one go, waits for it, and gets its place', () => {
  const { cluster, kubelet } = tight();
  for (const name of ['a', 'b']) cluster.create(podOf(name));
  cluster.settle();
  kubelet.runAll();
  const important = cluster.create(podOf('important', { priorityClassName: 'high' }));
  cluster.settle();

  const victim = cluster.list<Pod>('pods').find(({ metadata }) => metadata.deletionTimestamp);
  if (!victim) throw new Error('nobody has to go');
  expect(victim.metadata.deletionGracePeriodSeconds).toBe(30);
  expect(victim.status?.conditions).toContainEqual({
    type: 'DisruptionTarget',
    observedGeneration: 1,
    status: 'True',
    lastTransitionTime: '2026-03-01T10:00:00Z',
    reason: 'PreemptionByScheduler',
    message: 'default-scheduler: preempting to accommodate a higher priority pod',
  });
  expect(cluster.events(victim.metadata.name)).toContain(
    `Preempted: Preempted by pod ${important.metadata.uid} on node small`,
  );
  const waiting = find(cluster, 'important');
  expect(waiting?.status?.nominatedNodeName).toBe('small');
  const message = '0/1 nodes are available: 1 Insufficient cpu.';
  expect(waiting?.status?.conditions).toContainEqual(
    expect.objectContaining({ reason: 'Unschedulable', message }),
  );

  cluster.advance(300);
  const told = cluster.list<Event>('events').filter(({ reason }) => reason === 'FailedScheduling');
  expect(told.map(({ count, message: text }) => [count, text])).toEqual([[1, message]]);
  expect(cluster.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp)).toHaveLength(1);

  kubelet.finishTerminating();
  cluster.settle();
  const placed = find(cluster, 'important');
  expect([placed?.spec?.nodeName, placed?.status?.nominatedNodeName]).toEqual(['small', undefined]);
  expect(cluster.nodes[0]?.claimed).toEqual({ cpuMillis: 2000, memoryBytes: 0, pods: 2 });
  expect(cluster.errors).toEqual([]);
});

it('a place that is being made is not taken by others in the meantime', () => {
  const { cluster, kubelet } = tight();
  for (const name of ['a', 'b']) cluster.create(podOf(name));
  cluster.settle();
  cluster.create(podOf('important', { priorityClassName: 'high' }));
  cluster.settle();
  cluster.create(podOf('late'));
  kubelet.finishTerminating();
  cluster.settle();
  expect(find(cluster, 'important')?.spec?.nodeName).toBe('small');
  expect(find(cluster, 'late')?.spec).not.toHaveProperty('nodeName');
});

it('a pod without grace makes way in the same turn', () => {
  const { cluster } = tight();
  for (const name of ['a', 'b']) cluster.create(podOf(name, { terminationGracePeriodSeconds: 0 }));
  cluster.settle();
  cluster.create(podOf('important', { priorityClassName: 'high' }));
  cluster.turn();
  expect(find(cluster, 'important')?.spec?.nodeName).toBe('small');
  expect(cluster.claims.size).toBe(2);
});

it('a pod with a finalizer is told, and goes when it is let go', () => {
  const { cluster, kubelet } = tight();
  const finalizers = ['example.com/kept'];
  const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '2' } } }];
  cluster.create(podOf('kept', { containers }, { finalizers }));
  cluster.settle();
  cluster.create(podOf('important', { containers, priorityClassName: 'high' }));
  cluster.settle();
  kubelet.finishTerminating();
  cluster.settle();
  const kept = find(cluster, 'kept');
  expect(kept?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }),
  );
  if (kept) cluster.update({ ...kept, metadata: { ...kept.metadata, finalizers: [] } });
  cluster.settle();
  expect(find(cluster, 'kept')).toBeUndefined();
  expect(find(cluster, 'important')?.spec?.nodeName).toBe('small');
});

it('a pod that never preempts waits', () => {
  const { cluster } = tight();
  for (const name of ['a', 'b']) cluster.create(podOf(name));
  cluster.settle();
  cluster.create(podOf('meek', { priorityClassName: 'meek' }));
  cluster.settle();
  expect(cluster.list<Pod>('pods').some(({ metadata }) => metadata.deletionTimestamp)).toBe(false);
  expect(cluster.events('meek').at(-1)).toContain('preemption: not eligible due to preemptionPolicy=Never.');
});

it('many make many go, each its own', () => {
  const { cluster, kubelet } = tight();
  cluster.nodes = Array.from({ length: 10 }, (_, index) => memoryNode(`n${index}`, { cpu: '5' }));
  for (let index = 0; index < 50; index++) cluster.create(podOf(`low-${index}`));
  cluster.settle();
  for (let index = 0; index < 50; index++) {
    cluster.create(podOf(`high-${index}`, { priorityClassName: 'high' }));
  }
  cluster.settle();
  expect(cluster.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp)).toHaveLength(50);
  kubelet.finishTerminating();
  cluster.settle();
  const bound = cluster.list<Pod>('pods').filter(({ spec }) => spec?.nodeName);
  expect(bound).toHaveLength(50);
  expect(bound.every(({ metadata }) => metadata.name.startsWith('high'))).toBe(true);
  for (const { claimed } of cluster.nodes) expect(claimed.cpuMillis).toBe(5000);
});

it('sets of four priorities: the first three run, the fourth takes the place of the least important, and all keep their number', () => {
  const { cluster, kubelet } = start();
  const resource = 'example.com/fakecpu';
  cluster.nodes = [memoryNode('only', { [resource]: '1000' })];
  const sets = [200, 300, 450, 500];
  for (const index of sets.keys()) {
    cluster.create<PriorityClass>({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: `p${index + 1}` },
      value: index + 1,
    });
  }
  const setOf = (index: number): ReplicaSet => {
    const labels = { name: `pod${index + 1}` };
    const amount = { [resource]: String(sets[index]) };
    const containers = [{ name: 'c', image: 'i', resources: { requests: amount, limits: amount } }];
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `rs-pod${index + 1}`, namespace: 'default' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { name: '', labels },
          spec: { priorityClassName: `p${index + 1}`, terminationGracePeriodSeconds: 1, containers },
        },
      },
    };
  };
  for (const index of [0, 1, 2]) cluster.create(setOf(index));
  cluster.settle();
  kubelet.runAll();
  cluster.settle();
  expect(running(kubelet)).toEqual(['pod1', 'pod2', 'pod3']);

  cluster.create(setOf(3));
  cluster.settle();
  kubelet.finishTerminating();
  cluster.settle();
  expect(running(kubelet)).toEqual(['pod3', 'pod4']);
  const replicas = cluster.list<ReplicaSet>('replicasets.apps').map(({ status }) => status?.replicas);
  expect(replicas).toEqual([1, 1, 1, 1]);
  expect(cluster.errors).toEqual([]);
});
