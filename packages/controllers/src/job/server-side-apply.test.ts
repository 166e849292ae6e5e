import { type CronJob, type Job, kubernetesSchema } from '@berth/kinds';
import { applyPatch, decodeAppliedConfiguration, type KubeObject } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

type Cluster = MemoryCluster;

const template = {
  spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: ['true'] }] },
};

function jobConfiguration(spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default', ...metadata },
    spec: { completions: 3, parallelism: 2, template, ...spec },
  };
}

function cronJobConfiguration(spec: object = {}): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'hello', namespace: 'default' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template } }, ...spec },
  };
}

/** Server-side apply, as the API server does it. @returns the conflict's message, if there is one. */
function apply(cluster: Cluster, configuration: KubeObject, manager = 'helm'): string | undefined {
  const { apiVersion, kind } = configuration;
  const definition = cluster.definitionOf(configuration);
  const message = definition.versions[0].message;
  const decoding = {
    schema: kubernetesSchema,
    message,
    apiVersion,
    kind,
    fieldValidation: 'Strict' as const,
  };
  const { object: applied } = decodeAppliedConfiguration(JSON.stringify(configuration), decoding);
  const live = cluster.get<KubeObject>(`${definition.plural}.batch`, 'default', configuration.metadata.name);
  const writer = {
    schema: kubernetesSchema,
    message,
    apiVersion,
    manager,
    subresource: '',
    now: cluster.now,
  };
  const result = applyPatch({ ...writer, live, applied, force: false });
  if (result.outcome === 'conflict') return result.message;
  if (live) cluster.update(result.object);
  else cluster.create(result.object);
  cluster.settle();
  return undefined;
}

function managers({ metadata }: KubeObject): string[] {
  return (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);
}

describe('an object that was applied and that controllers have worked on since', () => {
  it('a Job: is applied again without conflict and keeps its status, while it runs and when it is done', () => {
    const { cluster, kubelet } = start();
    const job = (): Job => {
      const found = cluster.get<Job>('jobs.batch', 'default', 'work');
      return found ?? expect.unreachable();
    };
    apply(cluster, jobConfiguration());
    kubelet.runAll();
    cluster.settle();
    const { status: running } = job();
    expect(running).toMatchObject({ active: 2, ready: 2 });
    expect(apply(cluster, jobConfiguration())).toBeUndefined();
    expect(apply(cluster, jobConfiguration({ parallelism: 3 }))).toBeUndefined();
    expect(job()).toMatchObject({ spec: { parallelism: 3 }, status: { active: 3 } });

    for (let round = 0; round < 3; round++) {
      for (const pod of kubelet.assigned()) kubelet.end(pod);
      cluster.settle();
    }
    const { status: done, spec } = job();
    expect(done).toMatchObject({ succeeded: 3 });
    expect(apply(cluster, jobConfiguration({ parallelism: 3 }, { labels: { by: 'helm' } }))).toBeUndefined();
    expect(apply(cluster, jobConfiguration({}, { labels: { by: 'helm' } }))).toBeUndefined();
    expect(job().status).toEqual(done);
    expect(job().spec).toEqual({ ...spec, parallelism: 2 });
    expect(managers(job())).toEqual(['helm Apply']);
    expect(cluster.errors).toEqual([]);
  });

  it('a CronJob: keeps what is known of its runs', () => {
    const { cluster } = start();
    const cronJob = (): CronJob => {
      const found = cluster.get<CronJob>('cronjobs.batch', 'default', 'hello');
      return found ?? expect.unreachable();
    };
    apply(cluster, cronJobConfiguration());
    cluster.advance(300);
    const { status } = cronJob();
    expect(status).toMatchObject({ active: [{ kind: 'Job' }], lastScheduleTime: '2026-03-01T10:05:00Z' });
    expect(apply(cluster, cronJobConfiguration({ suspend: true }))).toBeUndefined();
    expect(apply(cluster, cronJobConfiguration())).toBeUndefined();
    expect(cronJob()).toMatchObject({ spec: { suspend: false }, status });
    expect(managers(cronJob())).toEqual(['helm Apply']);
  });
});

it('a Job that a controller made: others may add to it, and what was there is nobody else’s to change', () => {
  const { cluster } = start();
  apply(cluster, cronJobConfiguration());
  cluster.advance(300);
  const made = (): Job => cluster.list<Job>('jobs.batch')[0] ?? expect.unreachable();
  const { metadata, spec, status } = made();
  const base = { apiVersion: 'batch/v1', kind: 'Job' };
  const labelled = { ...base, metadata: { name: metadata.name, namespace: 'default', labels: { a: 'b' } } };
  expect(apply(cluster, labelled, 'kubectl')).toBeUndefined();
  expect(made()).toMatchObject({
    metadata: { labels: { a: 'b' }, ownerReferences: metadata.ownerReferences },
    spec,
    status,
  });
  expect(apply(cluster, { ...labelled, spec: { parallelism: 5 } }, 'kubectl')).toBe(
    'Apply failed with 1 conflict: conflict with "before-first-apply" using batch/v1: .spec.parallelism',
  );
  const { labels: _labels, ...bare } = labelled.metadata;
  expect(apply(cluster, { ...base, metadata: bare }, 'kubectl')).toBeUndefined();
  expect(made()).toMatchObject({ spec, status });
  expect(made().metadata).not.toHaveProperty('labels.a');
});
