import type { JobSpec, Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { active, conditions, expectExactCount, jobOf, start, update, work } from '../testing/job-scenario.ts';
import type { Kubelet } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { completionIndex } from './pod-facts.ts';

function indexedJob(spec: Partial<JobSpec> = {}) {
  return jobOf({ completionMode: 'Indexed', completions: 3, parallelism: 3, ...spec });
}

/** Ends the running pod of an index. */
function end(kubelet: Kubelet, index: number, exitCode = 0): void {
  const pod = kubelet.assigned().find((candidate) => completionIndex(candidate) === index);
  if (!pod) throw new Error(`no pod of index ${index} runs`);
  kubelet.end(pod, exitCode);
}

function activeIndexes(cluster: MemoryCluster): (number | undefined)[] {
  return active(cluster)
    .map(completionIndex)
    .sort((left = -1, right = -1) => left - right);
}

describe('an Indexed Job', () => {
  it('gives each pod its index: name, host name, label, annotation and environment', () => {
    const { cluster } = start();
    cluster.create(indexedJob());
    cluster.settle();
    const pods = cluster.list<Pod>('pods');
    expect(pods.map(completionIndex)).toEqual([0, 1, 2]);
    const [, pod] = pods;
    expect(pod?.metadata.name).toMatch(/^work-1-\w{5}$/);
    expect(pod?.metadata.generateName).toBe('work-1-');
    expect(pod?.spec?.hostname).toBe('work-1');
    expect(pod?.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '1' });
    expect(pod?.metadata.annotations).toEqual({ 'batch.kubernetes.io/job-completion-index': '1' });
    expect(pod?.spec?.containers?.[0]?.env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: {
          fieldRef: {
            apiVersion: 'v1',
            fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']",
          },
        },
      },
    ]);
  });

  it('is complete when each index succeeded once, and writes them as ranges', () => {
    const { cluster, kubelet } = start();
    cluster.create(indexedJob({ completions: 6, parallelism: 6 }));
    cluster.settle();
    for (const index of [0, 2, 3, 4]) end(kubelet, index);
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ completedIndexes: '0,2-4', succeeded: 4, active: 2 });
    for (const index of [1, 5]) end(kubelet, index);
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ completedIndexes: '0-5', succeeded: 6 });
    expect(conditions(work(cluster)).at(-1)).toBe('Complete=True CompletionsReached');
    expectExactCount(cluster);
  });

  it('runs a failed index again', () => {
    const { cluster, kubelet } = start();
    cluster.create(indexedJob());
    cluster.settle();
    end(kubelet, 1, 1);
    cluster.advance(10);
    expect(activeIndexes(cluster)).toEqual([0, 1, 2]);
    expect(work(cluster).status).toMatchObject({ failed: 1, active: 3 });
  });

  it('can be scaled with completions and parallelism together', () => {
    const { cluster, kubelet } = start();
    cluster.create(indexedJob());
    cluster.settle();
    end(kubelet, 2);
    cluster.settle();
    update(cluster, { completions: 2, parallelism: 2 });
    cluster.settle();
    expect(activeIndexes(cluster)).toEqual([0, 1]);
    expect(work(cluster).status).not.toHaveProperty('completedIndexes');
    update(cluster, { completions: 4, parallelism: 4 });
    cluster.settle();
    expect(activeIndexes(cluster)).toEqual([0, 1, 2, 3]);
  });
});

describe('a backoff limit per index', () => {
  it('fails an index alone, after its own backoff, and the Job when all are done', () => {
    const { cluster, kubelet } = start();
    cluster.create(
      indexedJob({ completions: 2, parallelism: 2, backoffLimitPerIndex: 1, backoffLimit: 2147483647 }),
    );
    cluster.settle();
    end(kubelet, 0, 1);
    cluster.settle();
    expect(activeIndexes(cluster)).toEqual([1]);
    cluster.advance(10);
    expect(activeIndexes(cluster)).toEqual([0, 1]);
    const retry = active(cluster).find((pod) => completionIndex(pod) === 0);
    expect(retry?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '1' });
    end(kubelet, 0, 1);
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ failedIndexes: '0', failed: 2 });
    end(kubelet, 1);
    cluster.settle();
    expect(conditions(work(cluster))).toEqual([
      'FailureTarget=True FailedIndexes',
      'Failed=True FailedIndexes',
    ]);
    expect(cluster.events('work')).toContain('FailedIndexes: Job has failed indexes');
    expectExactCount(cluster);
  });

  it('fails the Job past maxFailedIndexes', () => {
    const { cluster, kubelet } = start();
    const limits = { backoffLimitPerIndex: 0, maxFailedIndexes: 1, backoffLimit: 2147483647 };
    cluster.create(indexedJob({ completions: 4, parallelism: 4, ...limits }));
    cluster.settle();
    end(kubelet, 0, 1);
    cluster.settle();
    expect(conditions(work(cluster))).toEqual([]);
    end(kubelet, 3, 1);
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ failedIndexes: '0,3' });
    expect(conditions(work(cluster))).toEqual(['FailureTarget=True MaxFailedIndexesExceeded']);
  });

  it('ends an index at once that a FailIndex rule matches', () => {
    const { cluster, kubelet } = start();
    const onExitCodes = { operator: 'In' as const, values: [42] };
    const podFailurePolicy = { rules: [{ action: 'FailIndex' as const, onExitCodes }] };
    cluster.create(indexedJob({ backoffLimitPerIndex: 5, backoffLimit: 2147483647, podFailurePolicy }));
    cluster.settle();
    end(kubelet, 2, 42);
    cluster.advance(60);
    expect(work(cluster).status).toMatchObject({ failedIndexes: '2', failed: 1 });
    expect(activeIndexes(cluster)).toEqual([0, 1]);
  });
});

describe('a success policy', () => {
  it.each<[string, NonNullable<JobSpec['successPolicy']>, number[], string]>([
    ['of chosen indexes', { rules: [{ succeededIndexes: '0,2' }] }, [0, 2], 'Matched rules at index 0'],
    [
      'of a count among chosen indexes',
      { rules: [{ succeededIndexes: '0' }, { succeededIndexes: '1-3', succeededCount: 2 }] },
      [3, 1],
      'Matched rules at index 1',
    ],
    ['of a count', { rules: [{ succeededCount: 1 }] }, [4], 'Matched rules at index 0'],
  ])('%s ends the Job early and terminates the rest', (...[, successPolicy, succeeding, message]) => {
    const { cluster, kubelet } = start();
    cluster.create(indexedJob({ completions: 5, parallelism: 5, successPolicy }));
    cluster.settle();
    for (const [position, index] of succeeding.entries()) {
      expect(conditions(work(cluster))).toEqual([]);
      end(kubelet, index);
      cluster.settle();
      if (position < succeeding.length - 1) expect(conditions(work(cluster))).toEqual([]);
    }
    expect(work(cluster).status?.conditions).toMatchObject([
      { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message },
    ]);
    expect(work(cluster).status).toMatchObject({ terminating: 5 - succeeding.length });
    kubelet.finishTerminating();
    cluster.settle();
    expect(conditions(work(cluster)).at(-1)).toBe('Complete=True SuccessPolicy');
    expect(work(cluster).status).toMatchObject({ succeeded: succeeding.length });
    expect(work(cluster).status).not.toHaveProperty('failed');
  });
});
