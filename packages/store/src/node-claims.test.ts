import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { deleteCluster, openTestStore } from '../../../test/support/store.ts';
import type { ClusterStore, NodeClaim, TurnCommit, TurnOutcome } from './index.ts';

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

test.for([
  { dimension: 'cpu', capacity: { cpuMillis: 250, memoryBytes: 9, pods: 9 } },
  { dimension: 'memory', capacity: { cpuMillis: 999, memoryBytes: 2, pods: 9 } },
  { dimension: 'pods', capacity: { cpuMillis: 999, memoryBytes: 9, pods: 2 } },
])(
  'claims stop where $dimension ends, and the turn that went too far leaves nothing',
  async ({ dimension, capacity }) => {
    const node = `node-${dimension}`;
    await store.nodeCapacity.set(node, capacity);
    const cluster = await newCluster();
    expect(await commit(cluster, { claims: [claim(node, 'a', 100)] })).toMatchObject({ status: 'committed' });
    const tooMuch = claim(node, 'c', 100);
    expect(await commit(cluster, { claims: [claim(node, 'b', 100), tooMuch, claim(node, 'd', 1)] })).toEqual({
      status: 'no-capacity',
      claim: tooMuch,
    });
    expect(await claimedOn(node)).toEqual({ cpuMillis: 100, memoryBytes: 1, pods: 1 });
    expect(
      await commit(cluster, { releases: ['a'], claims: [claim(node, 'b', 100), tooMuch] }),
    ).toMatchObject({
      status: 'committed',
    });
    expect(await claimedOn(node)).toEqual({ cpuMillis: 200, memoryBytes: 2, pods: 2 });
  },
);

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

test('twenty clusters at once never oversubscribe a node, and fill it to the last pod', async () => {
  const clusters = await Promise.all(Array.from({ length: 20 }, () => newCluster()));
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 4 }),
      async (rooms) => {
        round++;
        const nodes = rooms.map((pods, i) => ({ name: `round-${round}-${i}`, pods }));
        for (const { name, pods } of nodes)
          await store.nodeCapacity.set(name, { cpuMillis: 1e6, memoryBytes: 1e6, pods });
        const granted = (
          await Promise.all(
            clusters.map(async (cluster) => {
              const won: NodeClaim[] = [];
              // Each wants a pod on every node; in orders that would deadlock if the order of locks were theirs.
              const wanted = nodes
                .map(({ name }) => claim(name, `${cluster.clusterId}-${name}`, 1))
                .sort(() => (round % 2 ? 1 : -1));
              if ((await commit(cluster, { claims: wanted })).status === 'committed') return wanted;
              for (const single of wanted) {
                if ((await commit(cluster, { claims: [single] })).status === 'committed') won.push(single);
              }
              return won;
            }),
          )
        ).flat();
        const usage = new Map(
          (await store.nodeCapacity.usage()).map(({ node, claimed }) => [node, claimed.pods]),
        );
        for (const { name, pods } of nodes) {
          expect(granted.filter(({ node }) => node === name)).toHaveLength(pods);
          expect(usage.get(name)).toBe(pods);
        }
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
});

test('claims on a node outlive its absence, and end with their cluster', async () => {
  const capacity = { cpuMillis: 100, memoryBytes: 9, pods: 9 };
  await store.nodeCapacity.set('absent', capacity);
  const cluster = await newCluster();
  await commit(cluster, { claims: [claim('absent', 'p', 60)] });
  await store.nodeCapacity.remove('absent');
  expect(await claimedOn('absent')).toBeUndefined();
  await store.nodeCapacity.set('absent', capacity);
  expect(await claimedOn('absent')).toMatchObject({ cpuMillis: 60 });
  await deleteCluster(store, cluster.clusterId);
  expect(await claimedOn('absent')).toMatchObject({ cpuMillis: 0, pods: 0 });
});
