import { controllers } from '@berth/controllers';
import type { Node, Pod } from '@berth/kinds';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';
import { encodeTimerKey } from '@berth/controllers';

const clusterCount = 20;
const workers = 4;
const nodes = { cores: [4, 3, 3, 2], pods: 5 };
const waitingPodsTimer = encodeTimerKey({
  reconciler: 'default-scheduler',
  key: { resource: 'pods', namespace: '', name: '' },
  failures: 0,
});

let fixture: TurnFixture;
let clusters: readonly ClusterClient[];
beforeAll(async () => {
  fixture = await createTurnFixture();
  for (const [index, cores] of nodes.cores.entries()) {
    const allocatable = { cpu: String(cores), memory: '8Gi', pods: String(nodes.pods) };
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `shared-${index}` },
      status: { allocatable },
    };
    await fixture.system.create(node);
  }
  await runClusterTurn('system', fixture.deps(controllers()));
  clusters = await Promise.all(
    Array.from({ length: clusterCount }, (_, index) => createTestCluster(fixture.store, `c${index}`)),
  );
});
afterAll(() => fixture.store.close());

type Step =
  | { readonly type: 'create'; readonly cluster: number; readonly cpu: number }
  | { readonly type: 'delete'; readonly cluster: number };

const cluster = fc.nat({ max: clusterCount - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      cluster,
      cpu: fc.constantFrom(200, 500, 1_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), cluster }) },
);

test('twenty clusters that schedule at once onto the same nodes never have more than there is, and leave no room that a pod could use', async () => {
  let names = 0;
  const podOf = (cpu: number): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${names++}`, namespace: 'default' },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: `${cpu}m`, memory: '64Mi' } } }],
    },
  });
  const take = async (next: Step): Promise<void> => {
    const client = clusters[next.cluster];
    if (!client) throw new Error('no such cluster');
    if (next.type === 'create') {
      await client.create(podOf(next.cpu));
      return;
    }
    const [pod] = await client.list<Pod>('pods');
    if (!pod) return;
    const key = { resource: 'pods', namespace: 'default', name: pod.metadata.name };
    await client.remove(key, { gracePeriodSeconds: 0 });
  };

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 4 }),
      async (rounds) => {
        for (const steps of rounds) {
          // Users write while turns run: of several workers, each with a view of the nodes of its own.
          await Promise.all([Promise.all(steps.map(take)), turnsOf(steps.map((next) => next.cluster))]);
          await expectWithinBounds();
        }
        await settle();
        await expectWithinBounds();
        await expectNoUsableRoom();
      },
    ),
    { numRuns: 6, seed: 4, endOnFailure: true },
  );
  const outcomes = new Set(fixture.ended.map(({ outcome }) => outcome.status));
  expect(outcomes).toContain('committed');
  expect(fixture.failures).toEqual([]);
});

/** Each worker takes the clusters in an order of its own, so that two have the turn of one cluster at the same time, too. */
async function turnsOf(wanted: readonly number[]): Promise<void> {
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      const deps = fixture.deps(controllers());
      const order = wanted.map((_cluster, index) => wanted[(index * (worker + 1) + worker) % wanted.length]);
      for (const index of order) await runClusterTurn(`c${index}`, deps);
    }),
  );
}

/** Turns until every cluster has nothing more to do, with the waiting pods tried again, as after room became free. */
async function settle(): Promise<void> {
  const deps = fixture.deps(controllers());
  for (let round = 0; round < 3; round++) {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + 1_000);
    await fixture.store.hastenTimers(waitingPodsTimer, fixture.clock.now);
    await Promise.all(
      clusters.map(async ({ clusterId }) => {
        for (let turns = 0; turns < 20; turns++) {
          const end = await runClusterTurn(clusterId, deps);
          if (end === 'idle' || end === 'quiet') return;
        }
        throw new Error(`${clusterId} does not come to rest`);
      }),
    );
  }
}

async function allPods(): Promise<readonly Pod[]> {
  return (await Promise.all(clusters.map((client) => client.list<Pod>('pods')))).flat();
}

const cpuOf = ({ spec }: Pod): number =>
  Number.parseInt(spec?.containers?.[0]?.resources?.requests?.['cpu'] ?? '0', 10);

/** What the commits let through is what is there: no node holds more than it has, by the pods themselves. */
async function expectWithinBounds(): Promise<void> {
  const pods = await allPods();
  for (const [index, cores] of nodes.cores.entries()) {
    const own = pods.filter(({ spec }) => spec?.nodeName === `shared-${index}`);
    const millis = own.reduce((sum, pod) => sum + cpuOf(pod), 0);
    expect(millis).toBeLessThanOrEqual(cores * 1_000);
    expect(own.length).toBeLessThanOrEqual(nodes.pods);
  }
}

/** No pod waits that some node could take, and what is claimed is what is bound. */
async function expectNoUsableRoom(): Promise<void> {
  const pods = await allPods();
  const usage = await fixture.store.nodeCapacity.usage();
  const waiting = pods.filter(({ spec }) => !spec?.nodeName);
  for (const { node, allocatable, claimed } of usage) {
    const own = pods.filter(({ spec }) => spec?.nodeName === node);
    expect({ node, pods: claimed.pods, cpu: claimed.cpuMillis }).toEqual({
      node,
      pods: own.length,
      cpu: own.reduce((sum, pod) => sum + cpuOf(pod), 0),
    });
    const room = allocatable.cpuMillis - claimed.cpuMillis;
    const fits = claimed.pods < allocatable.pods ? waiting.filter((pod) => cpuOf(pod) <= room) : [];
    expect(fits.map(({ metadata }) => metadata.name)).toEqual([]);
  }
}
