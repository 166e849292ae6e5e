import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { deleteCluster, openTestStore } from '../../../test/support/store.ts';
import type { ClusterStore, NodeClaim, NodeResources, TurnCommit, TurnOutcome } from './index.ts';

const { store, newCluster } = await openTestStore();

async function commit(
  cluster: ClusterStore,
  change: { claims?: readonly NodeClaim[]; releases?: readonly string[] },
): Promise<TurnOutcome> {
  const cursor = await cluster.cursor();
  const nothing: TurnCommit = {
    expectedCursor: cursor,
    cursor,
    coversOwnWrites: true,
    writes: [],
    setTimers: [],
    clearTimers: [],
    outbox: [],
    claims: [],
    releases: [],
  };
  return cluster.commitTurn({ ...nothing, ...change });
}

async function claimedOn(node: string): Promise<unknown> {
  return (await store.nodeCapacity.usage()).find((usage) => usage.node === node)?.claimed;
}

const claim = (node: string, podUid: string, cpuMillis: number): NodeClaim => ({
  node,
  podUid,
  cpuMillis,
  memoryBytes: 1,
});

const equalSet = (members: readonly string[]) =>
  expect.toSatisfy(
    (actual: string[]) => actual.length === members.length && members.every((one) => actual.includes(one)),
  );

const plenty = { cpuMillis: 999, memoryBytes: 9, pods: 9 };
const gpu = 'example.com/gpu';

test.for([
  { dimension: 'cpu', capacity: { ...plenty, cpuMillis: 250 } },
  { dimension: 'memory', capacity: { ...plenty, memoryBytes: 2 } },
  { dimension: 'pods', capacity: { ...plenty, pods: 2 } },
  {
    dimension: 'devices',
    capacity: { ...plenty, others: { [gpu]: 2, other: 99 } },
    each: { others: { [gpu]: 1 } },
  },
  {
    dimension: 'local disk',
    capacity: { ...plenty, others: { 'ephemeral-storage': 5 * 2 ** 40 } },
    each: { others: { 'ephemeral-storage': 2 * 2 ** 40 } },
  },
])(
  'claims stop where $dimension ends, and the turn that went too far leaves nothing',
  async ({ dimension, capacity, each = {} }) => {
    const node = `node-${dimension}`;
    await store.nodeCapacity.set(node, capacity);
    const cluster = await newCluster();
    const named = (podUid: string): NodeClaim => ({ ...claim(node, podUid, 100), ...each });
    expect(await commit(cluster, { claims: [named('a')] })).toMatchObject({ status: 'committed' });
    const claimedByOne = await claimedOn(node);
    expect(claimedByOne).toEqual({ cpuMillis: 100, memoryBytes: 1, pods: 1, ...each });
    expect(await commit(cluster, { claims: [named('b'), named('c'), claim(node, 'd', 1)] })).toEqual({
      status: 'no-capacity',
      node,
    });
    expect(await claimedOn(node)).toEqual(claimedByOne);
    expect(await commit(cluster, { releases: ['a'], claims: [named('b'), named('c')] })).toMatchObject({
      status: 'committed',
    });
    expect(await claimedOn(node)).toMatchObject({ cpuMillis: 200, memoryBytes: 2, pods: 2 });
    expect(await commit(cluster, { releases: ['b', 'c'] })).toMatchObject({ status: 'committed' });
    expect(await claimedOn(node)).toEqual({ cpuMillis: 0, memoryBytes: 0, pods: 0 });
  },
);

test('a resource that a node has no more of than is claimed refuses nobody who does not want it', async () => {
  const cluster = await newCluster();
  await store.nodeCapacity.set('shrunk', { ...plenty, others: { [gpu]: 2 } });
  await commit(cluster, { claims: [{ ...claim('shrunk', 'a', 1), others: { [gpu]: 2 } }] });
  await store.nodeCapacity.set('shrunk', plenty);
  const withDisk = { ...claim('shrunk', 'b', 1), others: { disk: 1 } };
  expect(await commit(cluster, { claims: [claim('shrunk', 'c', 1)] })).toMatchObject({ status: 'committed' });
  expect(await commit(cluster, { claims: [withDisk] })).toEqual({ status: 'no-capacity', node: 'shrunk' });
  await store.nodeCapacity.set('shrunk', { ...plenty, others: { disk: 1 } });
  expect(await commit(cluster, { claims: [withDisk] })).toMatchObject({ status: 'committed' });
  expect(await claimedOn('shrunk')).toMatchObject({ pods: 3, others: { [gpu]: 2, disk: 1 } });
});

test.for([
  { wanted: 'TCP/80/0.0.0.0', taken: 'TCP/80/0.0.0.0', collide: true },
  { wanted: 'TCP/80/10.0.0.1', taken: 'TCP/80/0.0.0.0', collide: true },
  { wanted: 'TCP/80/0.0.0.0', taken: 'TCP/80/10.0.0.1', collide: true },
  { wanted: 'TCP/80/fd00::1', taken: 'TCP/80/fd00::1', collide: true },
  { wanted: 'TCP/80/10.0.0.2', taken: 'TCP/80/10.0.0.1', collide: false },
  { wanted: 'UDP/80/0.0.0.0', taken: 'TCP/80/0.0.0.0', collide: false },
  { wanted: 'TCP/8/0.0.0.0', taken: 'TCP/80/0.0.0.0', collide: false },
])(
  'of two clusters both have $wanted and $taken of one host: not if they collide ($collide)',
  async ({ wanted, taken, collide }) => {
    const node = `ports ${wanted} ${taken}`;
    await store.nodeCapacity.set(node, plenty);
    const [one, two] = [await newCluster(), await newCluster()];
    await commit(one, { claims: [{ ...claim(node, 'a', 1), hostPorts: [taken, 'TCP/443/0.0.0.0'] }] });
    const late = { claims: [{ ...claim(node, 'b', 1), hostPorts: [wanted] }] };
    expect(await commit(two, late)).toMatchObject({ status: collide ? 'no-capacity' : 'committed' });
    const hostPorts = ['TCP/443/0.0.0.0', taken, ...(collide ? [] : [wanted])];
    expect(await claimedOn(node)).toMatchObject({ pods: collide ? 1 : 2, hostPorts: equalSet(hostPorts) });
    await commit(one, { releases: ['a'] });
    expect(await commit(two, late)).toMatchObject({ status: 'committed' });
    expect(await claimedOn(node)).toMatchObject({ pods: 1, hostPorts: [wanted] });
  },
);

test('two pods of one commit cannot have the same port, one pod may have it at two addresses, and exchange it', async () => {
  await store.nodeCapacity.set('exchange', plenty);
  const cluster = await newCluster();
  const named = (podUid: string, ...hostPorts: string[]) => ({ ...claim('exchange', podUid, 1), hostPorts });
  const both = { claims: [named('a', 'TCP/80/0.0.0.0'), named('b', 'TCP/80/10.0.0.1')] };
  expect(await commit(cluster, both)).toEqual({ status: 'no-capacity', node: 'exchange' });
  const twice = { claims: [named('a', 'TCP/80/0.0.0.0', 'TCP/80/10.0.0.1')] };
  for (let i = 0; i < 2; i++) expect(await commit(cluster, twice)).toMatchObject({ status: 'committed' });
  await commit(cluster, { claims: [named('a', 'TCP/81/0.0.0.0')] });
  expect(await claimedOn('exchange')).toMatchObject({ pods: 1, hostPorts: ['TCP/81/0.0.0.0'] });
  const handed = { releases: ['a'], claims: [named('b', 'TCP/81/0.0.0.0')] };
  expect(await commit(cluster, handed)).toMatchObject({ status: 'committed' });
  await commit(cluster, { claims: [claim('exchange', 'b', 1)] });
  expect(await claimedOn('exchange')).toEqual({ cpuMillis: 1, memoryBytes: 1, pods: 1 });
});

test('a claim made twice counts once, and a pod that moves gives back what it had', async () => {
  for (const node of ['from', 'to'])
    await store.nodeCapacity.set(node, { cpuMillis: 100, memoryBytes: 9, pods: 9 });
  const cluster = await newCluster();
  for (let i = 0; i < 2; i++) await commit(cluster, { claims: [claim('from', 'p', 60)] });
  expect(await claimedOn('from')).toMatchObject({ cpuMillis: 60, pods: 1 });
  await commit(cluster, { claims: [claim('to', 'p', 70)] });
  expect(await claimedOn('from')).toMatchObject({ cpuMillis: 0, pods: 0 });
  expect(await claimedOn('to')).toMatchObject({ cpuMillis: 70, pods: 1 });
  await commit(cluster, { releases: ['p', 'p', 'unknown'] });
  expect(await claimedOn('to')).toMatchObject({ cpuMillis: 0, pods: 0 });
});

test('a node that is not known has no room', async () => {
  const cluster = await newCluster();
  expect(await commit(cluster, { claims: [claim('unknown', 'p', 1)] })).toMatchObject({
    status: 'no-capacity',
  });
});

test.for<{ dimension: string; room: (count: number) => Partial<NodeResources>; each: Partial<NodeClaim> }>([
  { dimension: 'pod', room: (pods) => ({ pods }), each: {} },
  {
    dimension: 'device',
    room: (count) => ({ others: { [gpu]: 2 * count + 1 } }),
    each: { others: { [gpu]: 2 } },
  },
  { dimension: 'port', room: () => ({}), each: {} },
])(
  'twenty clusters at once never oversubscribe a node, and fill it to the last $dimension',
  async ({ dimension, room, each }) => {
    const clusters = await Promise.all(Array.from({ length: 20 }, () => newCluster()));
    let round = 0;
    let refused = 0;
    const wins = async (cluster: ClusterStore, claims: readonly NodeClaim[]): Promise<boolean> => {
      const { status } = await commit(cluster, { claims });
      expect(['committed', 'no-capacity']).toContain(status);
      if (status === 'no-capacity') refused++;
      return status === 'committed';
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 4 }),
        async (rooms) => {
          round++;
          const nodes = rooms.map((count, i) => ({ name: `${dimension}-${round}-${i}`, count }));
          for (const { name, count } of nodes) {
            await store.nodeCapacity.set(name, {
              cpuMillis: 1e6,
              memoryBytes: 1e6,
              pods: 100,
              ...room(count),
            });
          }
          const granted = (
            await Promise.all(
              clusters.map(async (cluster, index) => {
                const won: NodeClaim[] = [];
                // Each wants a pod on every node; in orders that would deadlock if the order of locks were theirs.
                const wanted = nodes
                  .map(({ name, count }) => ({
                    ...claim(name, `${cluster.clusterId}-${name}`, 1),
                    // As many ports as there is room; every other pod wants one of them for all addresses.
                    ...(dimension === 'port' && {
                      hostPorts: [`TCP/${index % count}/${index % 2 ? '0.0.0.0' : '10.0.0.1'}`],
                    }),
                    ...each,
                  }))
                  .sort(() => (round % 2 ? 1 : -1));
                if (await wins(cluster, wanted)) return wanted;
                for (const single of wanted) if (await wins(cluster, [single])) won.push(single);
                return won;
              }),
            )
          ).flat();
          const usage = new Map(
            (await store.nodeCapacity.usage()).map(({ node, claimed }) => [node, claimed]),
          );
          for (const { name, count } of nodes) {
            const own = granted.filter(({ node }) => node === name);
            expect(own).toHaveLength(count);
            expect(usage.get(name)).toMatchObject({
              pods: count,
              ...(each.others && { others: { [gpu]: 2 * count } }),
            });
            const ports = own.flatMap(({ hostPorts = [] }) => hostPorts);
            expect([...(usage.get(name)?.hostPorts ?? [])].sort()).toEqual([...ports].sort());
            expect(new Set(ports.map((port) => port.split('/')[1])).size).toBe(ports.length);
          }
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    // More than there was room for was wanted each time.
    expect(refused).toBeGreaterThanOrEqual(8);
  },
);

test('claims on a node outlive its absence, and end with their cluster', async () => {
  const capacity = { cpuMillis: 100, memoryBytes: 9, pods: 9, others: { [gpu]: 1 } };
  await store.nodeCapacity.set('absent', capacity);
  const cluster = await newCluster();
  const extras = { others: { [gpu]: 1 }, hostPorts: ['TCP/80/0.0.0.0'] };
  await commit(cluster, { claims: [{ ...claim('absent', 'p', 60), ...extras }] });
  await store.nodeCapacity.remove('absent');
  expect(await claimedOn('absent')).toBeUndefined();
  await store.nodeCapacity.set('absent', capacity);
  expect(await claimedOn('absent')).toMatchObject({ cpuMillis: 60, ...extras });
  await deleteCluster(store, cluster.clusterId);
  expect(await claimedOn('absent')).toEqual({ cpuMillis: 0, memoryBytes: 0, pods: 0 });
});
