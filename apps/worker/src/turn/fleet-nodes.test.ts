import { builtinRegistry, type Node } from '@berth/kinds';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';
import { fleetNodes } from './fleet-nodes.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());

function node(name: string, allocatable: Record<string, string>): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable } };
}

const rows = async () =>
  (await fixture.store.nodeCapacity.usage()).map(({ node: name, allocatable }) => ({ name, ...allocatable }));

test('capacity rows follow the Node objects: added, changed, removed', async () => {
  const { system, store } = fixture;
  const deps = fixture.deps([]);
  await system.create(node('one', { cpu: '1500m', memory: '2Gi', pods: '5' }));
  await system.create(
    node('two', {
      cpu: '4',
      memory: '1G',
      'example.com/gpu': '2',
      'hugepages-2Mi': '0',
      'ephemeral-storage': '1Gi',
    }),
  );
  await runClusterTurn('system', deps);
  expect(fixture.ended.at(-1)?.sawNodes).toBe(true);
  expect(await rows()).toEqual([
    { name: 'one', cpuMillis: 1_500, memoryBytes: 2 * 2 ** 30, pods: 5 },
    {
      name: 'two',
      cpuMillis: 4_000,
      memoryBytes: 1e9,
      pods: 110,
      others: { 'example.com/gpu': 2, 'ephemeral-storage': 2 ** 30 },
    },
  ]);

  await system.updateStatus<Node>({ resource: 'nodes', namespace: '', name: 'one' }, (current) => ({
    ...current,
    status: { ...current.status, allocatable: { cpu: '8', memory: '2Gi', pods: '6' } },
  }));
  await system.remove({ resource: 'nodes', namespace: '', name: 'two' });
  await runClusterTurn('system', deps);
  expect(await rows()).toEqual([{ name: 'one', cpuMillis: 8_000, memoryBytes: 2 * 2 ** 30, pods: 6 }]);

  const devices = { cpu: '8', memory: '2Gi', pods: '6', 'example.com/gpu': '1' };
  await system.updateStatus<Node>({ resource: 'nodes', namespace: '', name: 'one' }, (current) => ({
    ...current,
    status: { ...current.status, allocatable: devices },
  }));
  await runClusterTurn('system', deps);
  const one = {
    name: 'one',
    cpuMillis: 8_000,
    memoryBytes: 2 * 2 ** 30,
    pods: 6,
    others: { 'example.com/gpu': 1 },
  };
  expect(await rows()).toEqual([one]);

  // A row that went wrong is put right without a change of the node.
  await store.nodeCapacity.set('one', { cpuMillis: 1, memoryBytes: 1, pods: 1 });
  await store.nodeCapacity.set('ghost', { cpuMillis: 1, memoryBytes: 1, pods: 1 });
  await deps.fleetNodes.reconcile();
  expect(await rows()).toEqual([one]);
});

test('the view shows each node with what all clusters have claimed on it', async () => {
  const { store } = fixture;
  const cluster = store.cluster('system');
  const cursor = await cluster.cursor();
  const extras = { others: { 'example.com/gpu': 1 }, hostPorts: ['TCP/80/0.0.0.0'] };
  await cluster.commitTurn({
    expectedCursor: cursor,
    cursor,
    coversOwnWrites: false,
    writes: [],
    setTimers: [],
    clearTimers: [],
    outbox: [],
    claims: [{ node: 'one', podUid: 'a-pod', cpuMillis: 250, memoryBytes: 1_000, ...extras }],
    releases: [],
  });
  const view = await fleetNodes(store, builtinRegistry).view(undefined);
  expect(view.map(({ node: { metadata }, claimed }) => ({ name: metadata.name, ...claimed }))).toEqual([
    { name: 'one', cpuMillis: 250, memoryBytes: 1_000, pods: 1, ...extras },
  ]);
});

test('the view of some pools shows their nodes alone', async () => {
  const { system, store } = fixture;
  const label = 'platform.berth.dev/node-pool';
  const labelled = (name: string, pool: string): Node => ({
    ...node(name, { cpu: '1' }),
    metadata: { name, labels: { [label]: pool } },
  });
  await system.create(labelled('gold-1', 'gold'));
  await system.create(labelled('silver-1', 'silver'));
  const names = async (pools: readonly string[] | undefined) =>
    (await fleetNodes(store, builtinRegistry).view(pools)).map((view) => view.node.metadata.name);
  expect(await names(undefined)).toEqual(['gold-1', 'one', 'silver-1']);
  expect(await names(['gold'])).toEqual(['gold-1']);
  expect(await names(['gold', 'silver'])).toEqual(['gold-1', 'silver-1']);
  expect(await names([])).toEqual([]);
});
