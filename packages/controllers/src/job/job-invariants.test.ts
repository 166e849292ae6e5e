import type { Pod } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { active, conditions, jobOf, start, work } from '../testing/job-scenario.ts';
import { trackingFinalizer } from './job-facts.ts';
import { completionIndex } from './pod-facts.ts';

/** What may happen to a Job's pods, in any order; numbers choose a pod. */
const step = fc.oneof(
  fc.record({ what: fc.constant('succeed' as const), which: fc.nat(20) }),
  fc.record({ what: fc.constant('fail' as const), which: fc.nat(20) }),
  fc.record({ what: fc.constant('delete' as const), which: fc.nat(20) }),
  fc.record({ what: fc.constantFrom('run', 'finish', 'wait', 'turn') }),
);

const jobShape = fc.record({
  completions: fc.integer({ min: 1, max: 12 }),
  parallelism: fc.integer({ min: 1, max: 8 }),
  completionMode: fc.constantFrom('Indexed' as const, 'NonIndexed' as const),
  podReplacementPolicy: fc.constantFrom('TerminatingOrFailed' as const, 'Failed' as const),
});

type Scenario = ReturnType<typeof start>;

function happen({ cluster, kubelet }: Scenario, next: { what: string; which?: number }): void {
  const pods = kubelet.assigned();
  const pod = pods[(next.which ?? 0) % Math.max(1, pods.length)];
  if (next.what === 'succeed' && pod) kubelet.end(pod);
  else if (next.what === 'fail' && pod) kubelet.end(pod, 1);
  else if (next.what === 'delete' && pod && !pod.metadata.deletionTimestamp) cluster.delete(pod);
  else if (next.what === 'run') kubelet.runAll();
  else if (next.what === 'finish') kubelet.finishTerminating();
  else if (next.what === 'wait') cluster.advance(15);
  else if (next.what === 'turn') cluster.turn();
}

describe('whatever happens to the pods of a Job, in whatever portions the turns see it', () => {
  it('no pod is counted twice or lost, none is too many, and the Job comes to its end', () => {
    const property = fc.property(
      jobShape,
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (...drawn) => {
        const [shape, steps, maxWrites] = drawn;
        const scenario = start();
        const { cluster, kubelet } = scenario;
        cluster.budget = { ...cluster.budget, maxWrites };
        cluster.create(jobOf({ ...shape, backoffLimit: 1000 }));
        for (const next of steps) {
          happen(scenario, next);
          expect(active(cluster).length).toBeLessThanOrEqual(shape.parallelism);
        }
        for (
          let round = 0;
          round < 100 && !conditions(work(cluster)).includes('Complete=True CompletionsReached');
          round++
        ) {
          kubelet.finishTerminating();
          for (const pod of kubelet.assigned()) kubelet.end(pod);
          cluster.advance(600);
        }
        kubelet.finishTerminating();
        cluster.settle();
        expect(conditions(work(cluster)).at(-1)).toBe('Complete=True CompletionsReached');
        expectCounters(scenario);
        expect(cluster.errors).toEqual([]);
        expect(cluster.claims.size).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});

/** What the counters say is what the log tells of the pods that the Job held. */
function expectCounters({ cluster }: Scenario): void {
  const ended = { Succeeded: new Set<string>(), Failed: new Set<string>() };
  const indexes = new Set<number | undefined>();
  for (const { resource, before, after } of cluster.log) {
    if (resource !== 'pods' || !before) continue;
    const [held, next]: [Pod, Pod | undefined] = [before, after];
    const isCounted =
      held.metadata.finalizers?.includes(trackingFinalizer) &&
      !next?.metadata.finalizers?.includes(trackingFinalizer);
    if (!isCounted) continue;
    const uid = held.metadata.uid ?? '';
    expect(ended.Succeeded.has(uid) || ended.Failed.has(uid)).toBe(false);
    if (held.status?.phase === 'Succeeded') {
      ended.Succeeded.add(uid);
      indexes.add(completionIndex(held));
    } else if (held.status?.phase === 'Failed' || held.metadata.deletionTimestamp) {
      ended.Failed.add(uid);
    }
  }
  const { succeeded = 0, failed = 0 } = work(cluster).status ?? {};
  const isIndexed = work(cluster).spec?.completionMode === 'Indexed';
  expect({ succeeded, failed }).toEqual({
    succeeded: isIndexed ? indexes.size : ended.Succeeded.size,
    failed: ended.Failed.size,
  });
  for (const pod of cluster.list<Pod>('pods')) expect(pod.metadata.finalizers ?? []).toEqual([]);
}
