import { scaledIntOrPercent } from '@berth/machinery';
import type { Pod } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPodActive, isPodReady } from '../pods/pod-state.ts';
import { type DeploymentScenario, imageOf, startDeployments } from '../testing/deployment-scenario.ts';

const amount = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0%', '25%', '34%', '50%', '100%'));
const shape = fc
  .record({ replicas: fc.integer({ min: 1, max: 9 }), maxSurge: amount, maxUnavailable: amount })
  .filter(
    ({ maxSurge, maxUnavailable }) =>
      Number.parseInt(`${maxSurge}`) + Number.parseInt(`${maxUnavailable}`) > 0,
  );

/** What may happen, in any order; numbers choose a pod or an image. */
const step = fc.oneof(
  fc.record({
    what: fc.constantFrom('ready' as const, 'unready' as const, 'lose' as const),
    which: fc.nat(30),
  }),
  fc.record({ what: fc.constant('roll' as const), which: fc.nat(3) }),
  fc.record({ what: fc.constant('finish' as const), which: fc.constant(0) }),
);

function happen(scenario: DeploymentScenario, { what, which }: { what: string; which: number }): void {
  const { cluster, kubelet } = scenario;
  const pods = kubelet.assigned().filter((pod) => !pod.metadata.deletionTimestamp);
  const pod = pods[which % Math.max(1, pods.length)];
  if (what === 'ready' && pod) kubelet.run(pod);
  else if (what === 'unready' && pod) kubelet.unready(pod);
  else if (what === 'lose' && pod) cluster.delete(pod);
  else if (what === 'roll') scenario.roll(`v${which}`);
  else if (what === 'finish') kubelet.finishTerminating();
}

const readyCount = (pods: readonly Pod[]): number => pods.filter(isPodReady).length;

describe('a rolling update, whatever its pods do and however often it is overtaken', () => {
  it('never has too many pods, takes none away that is missed, and comes to its end', () => {
    const property = fc.property(
      shape,
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      (drawn, steps, maxWrites) => {
        const { replicas, maxSurge, maxUnavailable } = drawn;
        const scenario = startDeployments();
        const { cluster } = scenario;
        cluster.budget = { ...cluster.budget, maxWrites };
        scenario.create({ replicas, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } });
        const surge = scaledIntOrPercent(maxSurge, replicas, 'up');
        const unavailable = scaledIntOrPercent(maxUnavailable, replicas, 'down');
        const fewest = replicas - (surge + unavailable === 0 ? 1 : unavailable);
        scenario.run();
        for (const next of steps) {
          const before = cluster.list<Pod>('pods').filter(isPodActive);
          happen(scenario, next);
          const others = readyCount(cluster.list<Pod>('pods').filter(isPodActive));
          cluster.settle();
          const pods = scenario.pods();
          expect(pods.length).toBeLessThanOrEqual(replicas + surge);
          // What nodes and users do may take any pod; what controllers do after it may take only those that can be spared.
          const spared = next.what === 'roll' ? readyCount(before) : others;
          expect(readyCount(pods)).toBeGreaterThanOrEqual(Math.min(fewest, spared));
        }
        scenario.run();
        expect(new Set(scenario.pods().map(imageOf)).size).toBe(1);
        expect(scenario.pods()).toHaveLength(replicas);
        expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
        expect(cluster.errors).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});
