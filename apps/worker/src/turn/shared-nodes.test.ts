import { controllers, encodeTimerKey, type NodeView } from '@berth/controllers';
import type { Container, Node, Pod } from '@berth/kinds';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn, type TurnDeps } from './cluster-turn.ts';

const clusterCount = 20;
const clusterNumbers = Array.from({ length: clusterCount }, (_, index) => index);
const workers = 4;
const gpu = 'example.com/gpu';
const disk = 'ephemeral-storage';
const nodes = { cores: [4, 3, 3, 2], pods: 5, [gpu]: 2, [disk]: 3 };
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
    const allocatable = {
      cpu: String(cores),
      memory: '8Gi',
      pods: String(nodes.pods),
      [gpu]: String(nodes[gpu]),
      [disk]: `${nodes[disk]}Gi`,
    };
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `shared-${index}` },
      status: { allocatable },
    };
    await fixture.system.create(node);
  }
  await runClusterTurn('system', fixture.deps(controllers()));
  clusters = await Promise.all(clusterNumbers.map((index) => createTestCluster(fixture.store, `c${index}`)));
});
afterAll(() => fixture.store.close());

type ContainerPort = NonNullable<Container['ports']>[number];

/** What a pod asks for: millicores, devices, gigabytes of the node's disk, and a port of the host. */
interface Wish {
  readonly cpu: number;
  readonly devices: number;
  readonly disk: number;
  readonly port: Omit<ContainerPort, 'containerPort'> | undefined;
}

type Step =
  | { readonly type: 'create'; readonly cluster: number; readonly wish: Wish }
  | { readonly type: 'delete'; readonly cluster: number };

const cluster = fc.nat({ max: clusterCount - 1 });
const wish: fc.Arbitrary<Wish> = fc.record({
  cpu: fc.constantFrom(200, 500, 1_000),
  devices: fc.constantFrom(0, 0, 1, 2),
  disk: fc.constantFrom(0, 0, 1),
  port: fc.constantFrom<Wish['port'][]>(
    undefined,
    undefined,
    { hostPort: 80 },
    { hostPort: 80, hostIP: '10.0.0.1' },
    { hostPort: 80, hostIP: '10.0.0.2' },
    { hostPort: 80, protocol: 'UDP' },
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      cluster,
      wish,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), cluster }) },
);

const steps = fc.array(step, { maxLength: 8 });

/** What twenty pods cannot all have, and how many of them the nodes have it for. */
const scarce = [
  { what: 'core', wish: wishing({ cpu: 1_000 }), winners: 12 },
  { what: 'device', wish: wishing({ devices: 1 }), winners: 8 },
  { what: 'gigabyte', wish: wishing({ disk: 1 }), winners: 12 },
  { what: 'port', wish: wishing({ port: { hostPort: 80 } }), winners: 4 },
];

function wishing(one: Partial<Wish>): Wish {
  return { cpu: 1, devices: 0, disk: 0, port: undefined, ...one };
}

interface Round {
  readonly before: readonly Step[];
  readonly meanwhile: readonly Step[];
}

/** Every cluster wants the same at once. */
const rushes = scarce.map(({ wish: one }): [Round[]] => {
  const before = clusterNumbers.map((number): Step => ({ type: 'create', cluster: number, wish: one }));
  return [[{ before, meanwhile: [] }]];
});

let names = 0;
function podOf({ cpu, devices, disk: gigabytes, port }: Wish): Pod {
  const requests = {
    cpu: `${cpu}m`,
    memory: '64Mi',
    ...(devices > 0 && { [gpu]: String(devices) }),
    ...(gigabytes > 0 && { [disk]: `${gigabytes}Gi` }),
  };
  const limits = devices > 0 ? { [gpu]: String(devices) } : {};
  const ports = port ? [{ containerPort: 80, ...port }] : [];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${names++}`, namespace: 'default' },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: 'i', ports, resources: { requests, limits } }],
    },
  };
}

const refusals = () => fixture.ended.filter(({ outcome }) => outcome.status === 'no-capacity').length;

test('twenty clusters that schedule at once onto the same nodes never have more than there is, and leave no room that a pod could use', async () => {
  const take = async (next: Step): Promise<void> => {
    const client = clusters[next.cluster];
    if (!client) throw new Error('no such cluster');
    if (next.type === 'create') {
      await client.create(podOf(next.wish));
      return;
    }
    const [pod] = await client.list<Pod>('pods');
    if (!pod) return;
    const key = { resource: 'pods', namespace: 'default', name: pod.metadata.name };
    await client.remove(key, { gracePeriodSeconds: 0 });
  };

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ before: steps, meanwhile: steps }), { minLength: 2, maxLength: 4 }),
      async (rounds: readonly Round[]) => {
        await clear();
        for (const { before, meanwhile } of rounds) {
          await Promise.all(before.map(take));
          // Users write while turns run: of several workers, each with a view of the nodes of its own.
          const wanted = [...before, ...meanwhile].map((next) => next.cluster);
          await Promise.all([Promise.all(meanwhile.map(take)), turnsOf(wanted)]);
          await expectWithinBounds();
        }
        await settle();
        await expectWithinBounds();
        await expectNoUsableRoom();
      },
    ),
    { numRuns: 10, seed: 4, endOnFailure: true, examples: rushes },
  );
  const outcomes = new Set(fixture.ended.map(({ outcome }) => outcome.status));
  expect(outcomes).toContain('committed');
  // They did get into each other's way: claims were what kept them within bounds.

  const losers = scarce.reduce((sum, { winners }) => sum + clusterCount - winners, 0);
  expect(refusals()).toBeGreaterThanOrEqual(losers);
  expect(fixture.failures).toEqual([]);
});

test.for(scarce)(
  'of twenty clusters that all saw the last $what free, as many get one as there are',
  async ({ wish: one, winners }) => {
    await clear();
    const deps = fixture.deps(controllers());
    const seen = await deps.fleetNodes.view(undefined);
    const before = refusals();
    for (const client of clusters) await client.create(podOf(one));
    await Promise.all(
      clusters.map(async ({ clusterId }) => {
        const lateDeps = late(deps, seen);
        while ((await runClusterTurn(clusterId, lateDeps)) === 'more');
      }),
    );
    await expectWithinBounds();
    // Who was refused has looked again, and knows now why there is none.
    expect((await allPods()).filter(({ spec }) => spec?.nodeName)).toHaveLength(winners);
    expect(refusals() - before).toBeGreaterThanOrEqual(clusterCount - winners);
    await settle();
    await expectNoUsableRoom();
    expect(fixture.failures).toEqual([]);
  },
);

/** As a turn that takes so long that the nodes are no more what they were when it began: at its first try. */
function late(deps: TurnDeps, seen: readonly NodeView[]): TurnDeps {
  let tries = 0;
  const view: TurnDeps['fleetNodes']['view'] = async (pools) =>
    tries++ === 0 ? seen : deps.fleetNodes.view(pools);
  return { ...deps, fleetNodes: { ...deps.fleetNodes, view } };
}

/** Takes all pods away. */
async function clear(): Promise<void> {
  await Promise.all(
    clusters.map(async (client) => {
      for (const { metadata } of await client.list<Pod>('pods')) {
        const key = { resource: 'pods', namespace: 'default', name: metadata.name };
        await client.remove(key, { gracePeriodSeconds: 0 });
      }
    }),
  );
  await settle();
}

/** Each worker takes the clusters in an order of its own, so that two have the turn of one cluster at the same time, too. */
async function turnsOf(wanted: readonly number[]): Promise<void> {
  const seen = await fixture.deps(controllers()).fleetNodes.view(undefined);
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      const deps = fixture.deps(controllers());
      const order = wanted.map((_cluster, index) => wanted[(index * (worker + 1) + worker) % wanted.length]);
      for (const index of order) await runClusterTurn(`c${index}`, late(deps, seen));
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

/** In the units of `Wish`. */
const requestOf = ({ spec }: Pod, resource: string): number =>
  Number.parseInt(spec?.containers?.[0]?.resources?.requests?.[resource] ?? '0', 10);

const sumOf = (pods: readonly Pod[], resource: string): number =>
  pods.reduce((sum, pod) => sum + requestOf(pod, resource), 0);

const portOf = ({ spec }: Pod): ContainerPort | undefined => spec?.containers?.[0]?.ports?.[0];

/** https://kubernetes.io/docs/concepts/configuration/overview/#services */
function collide(left: ContainerPort | undefined, right: ContainerPort | undefined): boolean {
  if (!left || !right || left.hostPort !== right.hostPort || left.protocol !== right.protocol) return false;
  return !left.hostIP || !right.hostIP || left.hostIP === right.hostIP;
}

/** What the commits let through is what is there: no node holds more than it has, by the pods themselves. */
async function expectWithinBounds(): Promise<void> {
  const pods = await allPods();
  for (const [index, cores] of nodes.cores.entries()) {
    const own = pods.filter(({ spec }) => spec?.nodeName === `shared-${index}`);
    expect(sumOf(own, 'cpu')).toBeLessThanOrEqual(cores * 1_000);
    expect(own.length).toBeLessThanOrEqual(nodes.pods);
    for (const resource of [gpu, disk] as const)
      expect(sumOf(own, resource)).toBeLessThanOrEqual(nodes[resource]);
    const clashes = own.filter((pod, place) =>
      own.slice(0, place).some((other) => collide(portOf(pod), portOf(other))),
    );
    expect(clashes.map(({ metadata }) => metadata.name)).toEqual([]);
  }
}

/** No pod waits that some node could take, and what is claimed is what is bound. */
async function expectNoUsableRoom(): Promise<void> {
  const pods = await allPods();
  const usage = await fixture.store.nodeCapacity.usage();
  const waiting = pods.filter(({ spec }) => !spec?.nodeName);
  for (const { node, allocatable, claimed } of usage) {
    const own = pods.filter(({ spec }) => spec?.nodeName === node);
    const claims = {
      pods: claimed.pods,
      cpu: claimed.cpuMillis,
      devices: claimed.others?.[gpu] ?? 0,
      disk: (claimed.others?.[disk] ?? 0) / 2 ** 30,
      ports: claimed.hostPorts?.length ?? 0,
    };
    expect({ node, ...claims }).toEqual({
      node,
      pods: own.length,
      cpu: sumOf(own, 'cpu'),
      devices: sumOf(own, gpu),
      disk: sumOf(own, disk),
      ports: own.filter(portOf).length,
    });
    const fits = waiting.filter(
      (pod) =>
        claims.pods < allocatable.pods &&
        requestOf(pod, 'cpu') <= allocatable.cpuMillis - claims.cpu &&
        requestOf(pod, gpu) <= nodes[gpu] - claims.devices &&
        requestOf(pod, disk) <= nodes[disk] - claims.disk &&
        !own.some((other) => collide(portOf(pod), portOf(other))),
    );
    expect(fits.map(({ metadata }) => metadata.name)).toEqual([]);
  }
}
