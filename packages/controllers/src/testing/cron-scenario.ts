import { builtinRegistry, type CronJob, type CronJobSpec, type Job } from '@berth/kinds';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

/** A cluster with one node, and nothing in it, half a minute past ten. */
export function startAt(now = '2026-03-01T10:00:30Z'): { cluster: MemoryCluster; kubelet: Kubelet } {
  const cluster = new MemoryCluster({
    registry: builtinRegistry,
    reconcilers: controllers(),
    nodes: [memoryNode('a')],
    now: new Date(now),
  });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return { cluster, kubelet: new Kubelet(cluster) };
}

/** Every five minutes, one pod that must not fail. */
export function cronJob(spec: Partial<CronJobSpec> = {}): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'hello', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Allow',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      ...spec,
      jobTemplate: {
        metadata: { name: '', labels: { app: 'hello' }, annotations: { note: 'kept' } },
        spec: {
          parallelism: 1,
          completions: 1,
          backoffLimit: 0,
          completionMode: 'NonIndexed',
          template: {
            metadata: { name: '' },
            spec: {
              containers: [{ name: 'c', image: 'busybox', command: ['date'] }],
              restartPolicy: 'Never',
            },
          },
        },
      },
    },
  };
}

export function hello(cluster: MemoryCluster): CronJob {
  const found = cluster.get<CronJob>('cronjobs.batch', 'default', 'hello');
  if (!found) throw new Error('the CronJob is gone');
  return found;
}

/** Names of all Jobs that were ever created, with the minute of creation. */
export function runs(cluster: MemoryCluster): string[] {
  return cluster.log
    .filter(({ resource, before }) => resource === 'jobs.batch' && !before)
    .map(({ after }) => `${after?.metadata.name} at ${after?.metadata.creationTimestamp?.slice(11, 16)}`);
}

/** Minutes since the epoch: how Jobs of a schedule are named. */
export function minute(time: string): number {
  return Date.parse(time) / 60_000;
}

export function jobNames(cluster: MemoryCluster): string[] {
  return cluster.list<Job>('jobs.batch').map((job) => job.metadata.name);
}
