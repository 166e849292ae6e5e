import { controllers } from '@berth/controllers';
import type { Event, Node, Pod } from '@berth/kinds';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: {
    allocatable: { cpu: '1', memory: '1Gi', pods: '10' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'i', resources: { requests: { cpu: '600m' } } }] },
});

test('pods of a cluster with nodes of its own go there alone, as far as there is room, and claim nothing of the fleet', async () => {
  const { store, system } = fixture;
  const deps = { ...fixture.deps(controllers()), nodesOf: async () => ({ nodePools: [], ownNodes: true }) };
  await system.create(node('shared'));
  await runClusterTurn('system', fixture.deps([]));
  const cluster = await createTestCluster(store, 'own');
  await cluster.create(pod('waits-for-a-node'));
  await runClusterTurn('own', deps);
  const nodesOf = async () =>
    (await cluster.list<Pod>('pods', 'default')).map(
      ({ metadata, spec }) => `${metadata.name} ${spec?.nodeName}`,
    );
  expect(await nodesOf()).toEqual(['waits-for-a-node undefined']);

  await cluster.create(node('shared'));
  await runClusterTurn('own', deps);
  await cluster.create(pod('too-much'));
  await runClusterTurn('own', deps);
  expect((await nodesOf()).toSorted()).toEqual(['too-much undefined', 'waits-for-a-node shared']);
  const events = await cluster.list<Event>('events', 'default');
  expect(events.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('0/1 nodes are available: 1 Insufficient cpu'),
  );
  expect((await store.nodeCapacity.usage()).map(({ claimed }) => claimed.pods)).toEqual([0]);
  expect(await store.assignedTo('shared')).toEqual([]);
});
