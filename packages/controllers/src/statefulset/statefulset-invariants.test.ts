import type { Pod } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  change,
  changeImage,
  letRun,
  podsNow,
  startForSets,
  type StatefulScenario,
  web,
  webOf,
} from '../testing/stateful-scenario.ts';
import { hasEnded, isRunningAndReady } from './pod-health.ts';
import { ordinalOf } from './stateful-set-facts.ts';

/** What may happen, in any order; numbers choose a pod, a size, or an image. */
const step = fc.oneof(
  fc.record({ what: fc.constantFrom('run', 'unready', 'fail', 'delete', 'scale'), which: fc.nat(6) }),
  fc.record({ what: fc.constantFrom('finish', 'turn', 'update', 'runAll'), which: fc.nat(2) }),
  fc.record({ what: fc.constantFrom('runAll', 'settle', 'update'), which: fc.nat(2) }),
);

function happen(scenario: StatefulScenario, { what, which }: { what: string; which: number }): void {
  const { cluster, kubelet } = scenario;
  const pods = kubelet.assigned();
  const pod = pods[which % Math.max(1, pods.length)];
  if (what === 'run' && pod) kubelet.run(pod);
  else if (what === 'unready' && pod) kubelet.unready(pod);
  else if (what === 'fail' && pod) kubelet.end(pod, 1);
  else if (what === 'delete' && pod && !pod.metadata.deletionTimestamp) cluster.delete(pod);
  else if (what === 'scale') change(cluster, { replicas: which });
  else if (what === 'finish') kubelet.finishTerminating();
  else if (what === 'turn') cluster.turn();
  else if (what === 'settle') cluster.settle();
  else if (what === 'update') changeImage(cluster, `web:${which}`);
  else if (what === 'runAll') kubelet.runAll();
}

/** Every ordinal had one pod at a time: its names follow each other in the log. */
function expectOneAtATime({ cluster }: StatefulScenario): void {
  const alive = new Map<string, string>();
  for (const { resource, key, before, after } of cluster.log) {
    if (resource !== 'pods') continue;
    if (!before && after) {
      expect(alive.has(key.name)).toBe(false);
      alive.set(key.name, after.metadata.uid ?? '');
    } else if (!after) alive.delete(key.name);
  }
}

/** When the controller makes a pod in order, all below it run, are ready, and are not on their way out. */
function expectOrder({ cluster }: StatefulScenario, since: number): void {
  const pods = new Map<string, Pod>();
  for (const [position, { resource, key, before, after, by }] of cluster.log.entries()) {
    if (resource !== 'pods') continue;
    const pod: Pod | undefined = after;
    const ordinal = pod && ordinalOf(pod, web(cluster));
    if (position >= since && by === 'turn' && !before && ordinal !== undefined) {
      for (const other of pods.values()) {
        const below = ordinalOf(other, web(cluster)) ?? 0;
        if (below >= ordinal) continue;
        expect(isRunningAndReady(other) && !other.metadata.deletionTimestamp).toBe(true);
      }
    }
    if (pod) pods.set(key.name, pod);
    else pods.delete(key.name);
  }
}

/** In order the controller itself takes no more than one pod at a time that served somebody. */
function expectGentle({ cluster }: StatefulScenario, since: number): void {
  const taken = cluster.log.slice(since).filter(({ resource, by, before, after }) => {
    const pod: Pod | undefined = before;
    if (resource !== 'pods' || by !== 'turn' || !pod || pod.metadata.deletionTimestamp) return false;
    return (!after || after.metadata.deletionTimestamp) && isRunningAndReady(pod) && !hasEnded(pod);
  });
  expect(taken.length).toBeLessThanOrEqual(1);
}

/** In parallel, of the ordinals that are wanted no more are taken than the one that may be missing. */
function expectWithin({ cluster }: StatefulScenario, since: number): void {
  const { replicas = 0 } = web(cluster).spec ?? {};
  const taken = cluster.log.slice(since).filter(({ resource, by, before, after }) => {
    const pod: Pod | undefined = before;
    if (resource !== 'pods' || by !== 'turn' || !pod || pod.metadata.deletionTimestamp) return false;
    const isTaken = !after || after.metadata.deletionTimestamp !== undefined;
    return isTaken && isRunningAndReady(pod) && (ordinalOf(pod, web(cluster)) ?? 0) < replicas;
  });
  expect(taken.length).toBeLessThanOrEqual(1);
}

describe('whatever happens to the pods of a StatefulSet, in whatever portions the turns see it', () => {
  it('no ordinal ever has two pods, order is kept, and all pods are there and of the last template in the end', () => {
    const property = fc.property(
      fc.constantFrom('OrderedReady' as const, 'Parallel' as const),
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      (podManagementPolicy, steps, maxWrites) => {
        const scenario = startForSets();
        const { cluster } = scenario;
        const usual = cluster.budget;
        cluster.budget = { ...usual, maxWrites };
        cluster.create(webOf({ spec: { podManagementPolicy } }));
        for (const next of steps) {
          const since = cluster.log.length;
          happen(scenario, next);
          if (!['turn', 'settle'].includes(next.what)) continue;
          if (podManagementPolicy === 'OrderedReady') {
            expectOrder(scenario, since);
            expectGentle(scenario, since);
          } else expectWithin(scenario, since);
        }
        cluster.budget = usual;
        // In order, a pod that does not come up is waited for: here all do.
        for (const pod of scenario.kubelet.assigned()) scenario.kubelet.run(pod);
        letRun(scenario);
        expectOneAtATime(scenario);
        const { replicas = 0, template } = web(cluster).spec ?? {};
        const image = template?.spec?.containers?.[0]?.image;
        const expected = Array.from({ length: replicas }, (_, ordinal) => `+web-${ordinal}=${image}`);
        expect(podsNow(cluster)).toEqual(expected);
        const { currentRevision, updateRevision } = web(cluster).status ?? {};
        expect(currentRevision).toBe(updateRevision);
        expect(web(cluster).status?.replicas).toBe(replicas);
        expect(cluster.errors).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 80 });
  });
});
