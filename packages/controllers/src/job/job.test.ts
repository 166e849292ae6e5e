import type { Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { active, conditions, expectExactCount, jobOf, start, update, work } from '../testing/job-scenario.ts';
import { memoryNode } from '../testing/kubelet.ts';
import { trackingFinalizer } from './job-facts.ts';

describe('a Job that succeeds', () => {
  it('goes from creation to a bound pod in one turn', () => {
    const { cluster } = start();
    cluster.create(jobOf());
    const plan = cluster.turn();
    expect(plan.exhausted).toBe(false);
    const [pod] = cluster.list<Pod>('pods');
    expect(pod?.metadata).toMatchObject({
      generateName: 'work-',
      finalizers: [trackingFinalizer],
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: 'work',
          uid: work(cluster).metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(pod?.spec?.nodeName).toMatch(/^[ab]$/);
    expect(plan.claims).toEqual([
      { node: pod?.spec?.nodeName, podUid: pod?.metadata.uid, cpuMillis: 0, memoryBytes: 0 },
    ]);
    expect(work(cluster).status).toEqual({
      active: 1,
      ready: 0,
      terminating: 0,
      startTime: '2026-03-01T10:00:00Z',
      uncountedTerminatedPods: {},
    });
    expect(cluster.turn().writes).toEqual([]);
  });

  it('completes with its pod, and says so', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf());
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ active: 1, ready: 1 });
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    const { status } = work(cluster);
    expect(status).toMatchObject({
      succeeded: 1,
      ready: 0,
      terminating: 0,
      completionTime: '2026-03-01T10:00:00Z',
    });
    expect(status).not.toHaveProperty('active');
    expect(conditions(work(cluster))).toEqual([
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ]);
    const [pod] = cluster.list<Pod>('pods');
    expect(cluster.events('work')).toEqual([
      `SuccessfulCreate: Created pod: ${pod?.metadata.name}`,
      'Completed: Job completed',
    ]);
    expectExactCount(cluster);
    expect(cluster.claims.size).toBe(0);
    expect(cluster.awaited()).toEqual([]);
  });

  it('never runs more pods than parallelism allows, nor than completions are missing', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 7, parallelism: 3 }));
    cluster.settle();
    for (let step = 0; step < 7; step++) {
      expect(active(cluster)).toHaveLength(Math.min(3, 7 - step));
      const [first] = kubelet.assigned();
      if (first) kubelet.end(first);
      cluster.settle();
    }
    expect(conditions(work(cluster))).toContain('Complete=True CompletionsReached');
    expectExactCount(cluster);
  });

  it('of a work queue is complete when one pod succeeded and the others ended', () => {
    const { cluster, kubelet } = start();
    const { completions: _completions, ...spec } = jobOf().spec ?? { template: {} };
    cluster.create({ ...jobOf(), spec: { ...spec, parallelism: 3 } });
    cluster.settle();
    const [first, second, third] = kubelet.assigned();
    if (first) kubelet.end(first);
    cluster.settle();
    expect(active(cluster)).toHaveLength(2);
    if (second) kubelet.end(second);
    if (third) kubelet.end(third, 1);
    cluster.settle();
    expect(conditions(work(cluster))).toContain('Complete=True CompletionsReached');
    expectExactCount(cluster);
  });

  it('creates thousands of pods over as many turns as the budget takes, and counts each once', () => {
    const { cluster, kubelet } = start();
    cluster.nodes = Array.from({ length: 5 }, (_, index) => memoryNode(`n${index}`));
    cluster.create(jobOf({ completions: 3000, parallelism: 3000 }));
    cluster.settle();
    expect(kubelet.assigned()).toHaveLength(3000);
    expect(new Set(cluster.list<Pod>('pods').map((pod) => pod.metadata.name)).size).toBe(3000);
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ succeeded: 3000 });
    expectExactCount(cluster);
    expect(cluster.turns).toBeLessThan(20);
    expect(cluster.errors).toEqual([]);
  });
});

describe('a Job whose pods fail', () => {
  it('waits 10 s, 20 s, … 10 min for the next one, and gives up past the backoff limit', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ backoffLimit: 8 }));
    cluster.settle();
    const waits: number[] = [];
    for (let failures = 1; failures <= 9; failures++) {
      for (const pod of kubelet.assigned()) kubelet.end(pod, 1);
      cluster.settle();
      const failedAt = cluster.now.getTime();
      if (failures === 9) break;
      expect(active(cluster)).toEqual([]);
      const next = Math.min(...[...cluster.timers.values()].map((dueAt) => dueAt.getTime()));
      cluster.advance((next - failedAt) / 1000);
      waits.push((next - failedAt) / 1000);
      expect(active(cluster)).toHaveLength(1);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
    expect(conditions(work(cluster))).toEqual([
      'FailureTarget=True BackoffLimitExceeded',
      'Failed=True BackoffLimitExceeded',
    ]);
    expect(cluster.events('work')).toContain(
      'BackoffLimitExceeded: Job has reached the specified backoff limit',
    );
    expect(work(cluster).status?.failed).toBe(9);
    expectExactCount(cluster);
  });

  it('counts failures since the last success, which may be of a pod that is counted', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 4 }));
    cluster.settle();
    for (const pod of kubelet.assigned()) kubelet.end(pod, 1);
    cluster.advance(15);
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    cluster.advance(5);
    for (const pod of kubelet.assigned()) kubelet.end(pod, 1);
    cluster.settle();
    expect(active(cluster)).toHaveLength(0);
    cluster.advance(9);
    expect(active(cluster)).toHaveLength(0);
    cluster.advance(1);
    expect(active(cluster)).toHaveLength(1);
  });

  it('starts the backoff anew after a success', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 3 }));
    cluster.settle();
    for (const pod of kubelet.assigned()) kubelet.end(pod, 1);
    cluster.advance(15);
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    expect(active(cluster)).toHaveLength(1);
  });

  it('terminates what still runs, and is Failed only when that is gone', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 3, parallelism: 3, backoffLimit: 0 }));
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    const [first] = kubelet.assigned();
    if (first) kubelet.end(first, 1);
    cluster.settle();
    expect(conditions(work(cluster))).toEqual(['FailureTarget=True BackoffLimitExceeded']);
    expect(work(cluster).status).toMatchObject({ terminating: 2, failed: 3, ready: 0 });
    kubelet.finishTerminating();
    cluster.settle();
    expect(conditions(work(cluster))).toEqual([
      'FailureTarget=True BackoffLimitExceeded',
      'Failed=True BackoffLimitExceeded',
    ]);
    expectExactCount(cluster);
  });

  it('counts restarts in place with restart policy OnFailure', () => {
    const { cluster, kubelet } = start();
    const { template } = jobOf().spec ?? { template: {} };
    cluster.create(
      jobOf({
        backoffLimit: 3,
        template: { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } },
      }),
    );
    cluster.settle();
    kubelet.runAll();
    const restarted = (count: number): void => {
      for (const pod of kubelet.assigned()) {
        const containerStatuses = (pod.status?.containerStatuses ?? []).map((status) => ({
          ...status,
          restartCount: count,
        }));
        cluster.updateStatus({ ...pod, status: { ...pod.status, containerStatuses } });
      }
      cluster.settle();
    };
    restarted(2);
    expect(conditions(work(cluster))).toEqual([]);
    restarted(3);
    expect(conditions(work(cluster))).toEqual(['FailureTarget=True BackoffLimitExceeded']);
  });

  it('is replaced at once when its pod was deleted, or only after it ended if the Job says so', () => {
    for (const [podReplacementPolicy, replacements] of [
      ['TerminatingOrFailed', 1],
      ['Failed', 0],
    ] as const) {
      const { cluster, kubelet } = start();
      cluster.create(jobOf({ podReplacementPolicy }));
      cluster.settle();
      kubelet.runAll();
      cluster.settle();
      const [pod] = kubelet.assigned();
      if (pod) cluster.delete(pod);
      cluster.advance(11);
      expect(active(cluster)).toHaveLength(replacements);
      expect(work(cluster).status).toMatchObject({ terminating: 1 });
      kubelet.finishTerminating();
      cluster.advance(11);
      expect(active(cluster)).toHaveLength(1);
      expect(work(cluster).status?.failed).toBe(1);
    }
  });
});

describe('deadlines, suspension and scale', () => {
  it('fails past activeDeadlineSeconds, to the second', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ activeDeadlineSeconds: 60 }));
    cluster.settle();
    kubelet.runAll();
    cluster.advance(59);
    expect(conditions(work(cluster))).toEqual([]);
    cluster.advance(1);
    expect(conditions(work(cluster))).toEqual(['FailureTarget=True DeadlineExceeded']);
    kubelet.finishTerminating();
    cluster.settle();
    expect(conditions(work(cluster)).at(-1)).toBe('Failed=True DeadlineExceeded');
    expect(cluster.events('work')).toContain(
      'DeadlineExceeded: Job was active longer than specified deadline',
    );
  });

  it('suspends and resumes without counting what it took away, and the deadline counts from the resumption', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 2, parallelism: 2, activeDeadlineSeconds: 60 }));
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    cluster.advance(30);
    update(cluster, { suspend: true });
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ terminating: 2, ready: 0 });
    expect(conditions(work(cluster))).toEqual(['Suspended=True JobSuspended']);
    kubelet.finishTerminating();
    cluster.advance(600);
    expect(cluster.list('pods')).toEqual([]);
    expect(conditions(work(cluster))).toEqual(['Suspended=True JobSuspended']);

    update(cluster, { suspend: false });
    cluster.settle();
    expect(active(cluster)).toHaveLength(2);
    expect(work(cluster).status?.startTime).toBe('2026-03-01T10:10:30Z');
    expect(work(cluster).status).not.toHaveProperty('failed');
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    expect(conditions(work(cluster))).toEqual([
      'Suspended=False JobResumed',
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ]);
    expect(cluster.events('work')).toEqual(
      expect.arrayContaining([
        'Suspended: Job suspended',
        'Resumed: Job resumed',
        'Completed: Job completed',
      ]),
    );
  });

  it('created suspended starts nothing', () => {
    const { cluster } = start();
    cluster.create(jobOf({ suspend: true }));
    cluster.settle();
    expect(cluster.list('pods')).toEqual([]);
    expect(work(cluster).status).not.toHaveProperty('startTime');
  });

  it('takes the cheapest pods away when parallelism shrinks', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 5, parallelism: 4 }));
    cluster.settle();
    const [first] = kubelet.assigned();
    if (first) kubelet.run(first);
    cluster.settle();
    update(cluster, { parallelism: 1 });
    cluster.settle();
    expect(active(cluster).map((pod) => pod.metadata.uid)).toEqual([first?.metadata.uid]);
    expect(work(cluster).status).not.toHaveProperty('failed');
    expect(
      cluster.events('work').filter((event) => event.startsWith('SuccessfulDelete: Deleted pod: ')),
    ).toHaveLength(3);
  });

  it('managed by another controller is left alone', () => {
    const { cluster } = start();
    cluster.create(jobOf({ managedBy: 'example.com/other' }));
    cluster.settle();
    expect(cluster.list('pods')).toEqual([]);
    expect(work(cluster)).not.toHaveProperty('status.startTime');
  });
});

describe('the pods of a Job', () => {
  it('are let go of when they lose its labels, and adopted when they gain them', () => {
    const { cluster } = start();
    cluster.create(jobOf());
    cluster.settle();
    const [pod] = cluster.list<Pod>('pods');
    if (!pod) throw new Error('no pod');
    const { labels } = pod.metadata;
    cluster.update({ ...pod, metadata: { ...pod.metadata, labels: { app: 'mine' } } });
    cluster.settle();
    const stray = cluster.get<Pod>('pods', 'default', pod.metadata.name);
    expect(stray?.metadata.ownerReferences ?? []).toEqual([]);
    expect(stray?.metadata.finalizers ?? []).toEqual([]);
    expect(active(cluster)).toHaveLength(2);

    const replacement = active(cluster).find((other) => other.metadata.uid !== pod.metadata.uid);
    if (replacement) cluster.update({ ...replacement, metadata: { ...replacement.metadata, labels: {} } });
    if (stray) cluster.update({ ...stray, metadata: { ...stray.metadata, ...(labels ? { labels } : {}) } });
    cluster.settle();
    const adopted = cluster.get<Pod>('pods', 'default', pod.metadata.name);
    expect(adopted?.metadata.ownerReferences?.[0]?.name).toBe('work');
    expect(adopted?.metadata.finalizers).toEqual([trackingFinalizer]);
  });

  it('are let go of also after they were counted', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ completions: 3 }));
    cluster.settle();
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    expect(work(cluster).status).toMatchObject({ succeeded: 1, active: 1 });
    const [counted] = cluster.list<Pod>('pods').filter(({ status }) => status?.phase === 'Succeeded');
    if (!counted) throw new Error('no pod has succeeded');
    cluster.update({ ...counted, metadata: { ...counted.metadata, labels: { app: 'mine' } } });
    cluster.settle();
    const stray = cluster.get<Pod>('pods', 'default', counted.metadata.name);
    expect(stray?.metadata.ownerReferences ?? []).toEqual([]);
    expect(work(cluster).status).toMatchObject({ succeeded: 1, active: 1 });
  });

  it('are not held back by a Job that was deleted', () => {
    const { cluster } = start();
    cluster.create(jobOf({ completions: 3, parallelism: 3 }));
    cluster.settle();
    cluster.delete(work(cluster), { propagationPolicy: 'Background' });
    cluster.settle();
    for (const pod of cluster.list<Pod>('pods')) expect(pod.metadata.finalizers ?? []).toEqual([]);
  });
});
