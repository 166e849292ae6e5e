import type { Job, JobSpec, Pod } from '@berth/kinds';
import { expect } from 'vitest';
import { controllers } from '../controllers.ts';
import { trackingFinalizer } from '../job/job-facts.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';
import { builtinRegistry } from '@berth/kinds';

export function start(): { cluster: MemoryCluster; kubelet: Kubelet } {
  const nodes = ['a', 'b'].map((name) => memoryNode(name));
  const cluster = new MemoryCluster({ registry: builtinRegistry, reconcilers: controllers(), nodes });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return { cluster, kubelet: new Kubelet(cluster) };
}

export function jobOf(spec: Partial<JobSpec> = {}): Job {
  const containers = [{ name: 'main', image: 'busybox', command: ['true'] }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      ...spec,
      template: { metadata: { name: '' }, spec: { containers, restartPolicy: 'Never' }, ...spec.template },
    },
  };
}

export function work(cluster: MemoryCluster): Job {
  const job = cluster.get<Job>('jobs.batch', 'default', 'work');
  if (!job) throw new Error('the Job is gone');
  return job;
}

export function conditions(job: Job): string[] {
  return (job.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

export function active(cluster: MemoryCluster): readonly Pod[] {
  return cluster
    .list<Pod>('pods')
    .filter(
      (pod) => !pod.metadata.deletionTimestamp && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''),
    );
}

export function update(cluster: MemoryCluster, spec: Partial<JobSpec>): void {
  const job = work(cluster);
  cluster.update({ ...job, spec: { ...job.spec, template: {}, ...job.spec, ...spec } });
}

/** Every pod was counted once: what the counters say is what ended, and no pod is held back. */
export function expectExactCount(cluster: MemoryCluster): void {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods = {} } = work(cluster).status ?? {};
  const ends = new Map<string, string>();
  for (const { resource, after } of cluster.log) {
    const pod: Pod | undefined = resource === 'pods' ? after : undefined;
    const phase = pod?.status?.phase;
    if (pod && (phase === 'Succeeded' || phase === 'Failed')) ends.set(pod.metadata.uid ?? '', phase);
  }
  const count = (phase: string): number => [...ends.values()].filter((end) => end === phase).length;
  expect({ succeeded, failed, uncountedTerminatedPods }).toEqual({
    succeeded: count('Succeeded'),
    failed: count('Failed'),
    uncountedTerminatedPods: {},
  });
  for (const pod of cluster.list<Pod>('pods'))
    expect(pod.metadata.finalizers ?? []).not.toContain(trackingFinalizer);
}
