import type { Pod, PodFailurePolicy } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { active, conditions, jobOf, start, work } from '../testing/job-scenario.ts';
import { judgePodFailure } from './pod-failure-policy.ts';

function failedPod(exitCodes: Record<string, number>, conditionTypes: readonly string[] = []): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns' },
    status: {
      phase: 'Failed',
      containerStatuses: Object.entries(exitCodes).map(([name, exitCode]) => ({
        name,
        state: { terminated: { exitCode } },
        ready: false,
        restartCount: 0,
        image: '',
        imageID: '',
      })),
      conditions: conditionTypes.map((type) => ({ type, status: 'True' })),
    },
  };
}

const policy: PodFailurePolicy = {
  rules: [
    { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42, 43] } },
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
    { action: 'Count', onExitCodes: { operator: 'In', values: [7] } },
    { action: 'FailIndex', onExitCodes: { containerName: 'side', operator: 'NotIn', values: [1] } },
  ],
};

describe('the first rule that matches a failed pod decides', () => {
  it.each<[string, Pod, ReturnType<typeof judgePodFailure>]>([
    [
      'exit code of a named container',
      failedPod({ side: 1, main: 43 }),
      {
        counts: true,
        action: 'FailJob',
        jobFailure: 'Container main for pod ns/p failed with exit code 43 matching FailJob rule at index 0',
      },
    ],
    ['the same exit code of another container', failedPod({ side: 1, other: 42 }), { counts: true }],
    ['a pod condition', failedPod({ main: 137 }, ['DisruptionTarget']), { counts: false, action: 'Ignore' }],
    ['any container', failedPod({ other: 7 }), { counts: true, action: 'Count' }],
    ['an exit code that is not listed', failedPod({ side: 2 }), { counts: true, action: 'FailIndex' }],
    ['success is no failure to match', failedPod({ side: 0, main: 1 }), { counts: true }],
  ])('%s', (...[, pod, verdict]) => {
    expect(judgePodFailure(policy, pod)).toEqual(verdict);
  });

  it('without a policy every failure counts', () => {
    expect(judgePodFailure(undefined, failedPod({ main: 42 }))).toEqual({ counts: true });
  });
});

describe('a Job with a pod failure policy', () => {
  const podFailurePolicy = { rules: policy.rules?.slice(0, 3) ?? [] };

  it('fails at once where a rule says FailJob', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 2, parallelism: 2, podFailurePolicy }));
    cluster.settle();
    const [first] = kubelet.assigned();
    if (first) kubelet.end(first, 42);
    cluster.settle();
    expect(conditions(work(cluster))).toEqual(['FailureTarget=True PodFailurePolicy']);
    kubelet.finishTerminating();
    cluster.settle();
    const message = `Container main for pod default/${first?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`;
    expect(cluster.events('work')).toContain(`PodFailurePolicy: ${message}`);
    expect(work(cluster).status?.conditions?.at(-1)).toMatchObject({ type: 'Failed', message });
  });

  it('replaces a pod whose failure it ignores, without counting it', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ backoffLimit: 0, podFailurePolicy }));
    cluster.settle();
    const [first] = kubelet.assigned();
    if (!first) throw new Error('no pod');
    const disrupted = { type: 'DisruptionTarget', status: 'True' };
    cluster.updateStatus({ ...first, status: { ...first.status, conditions: [disrupted] } });
    kubelet.end(first, 137);
    cluster.advance(10);
    expect(active(cluster)).toHaveLength(1);
    expect(work(cluster).status).not.toHaveProperty('failed');
    for (const pod of kubelet.assigned()) kubelet.end(pod, 7);
    cluster.settle();
    expect(conditions(work(cluster)).at(-1)).toBe('Failed=True BackoffLimitExceeded');
    expect(work(cluster).status).toMatchObject({ failed: 1 });
    for (const pod of cluster.list<Pod>('pods')) expect(pod.metadata.finalizers ?? []).toEqual([]);
  });
});
