import { controllers } from '@berth/controllers';
import type { DaemonSet, Node, Pod } from '@berth/kinds';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());

const nodeOf = (name: string, disk: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { disk } },
  status: {
    allocatable: { cpu: '8', memory: '8Gi', pods: '10' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

const agent: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { name: '', labels: { app: 'agent' } },
      spec: { nodeSelector: { disk: 'nvme' }, containers: [{ name: 'main', image: 'agent' }] },
    },
  },
};

/** Objects are created by the machine's clock, turns go by the fixture's. */
const tenSecondsOn = () => new Date(Date.now() + 10_000);

const nodeKey = (name: string) => ({ resource: 'nodes', namespace: '', name });

/** The system cluster's turn, and those that it asks for. @returns the clusters that it asked for */
async function turns(): Promise<string[]> {
  const deps = fixture.deps(controllers());
  fixture.hints.requestedTurns.length = 0;
  await runClusterTurn('system', deps);
  const woken = [...new Set(fixture.hints.requestedTurns)].filter((id) => id !== 'system');
  for (const id of woken) await runClusterTurn(id, deps);
  return woken;
}

const podsOf = async (cluster: ClusterClient) =>
  (await cluster.list<Pod>('pods', 'default'))
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ spec }) => spec?.nodeName ?? '')
    .toSorted((a, b) => a.localeCompare(b));

test('DaemonSets of every cluster hear of nodes that come, are labelled and go; clusters without any do not', async () => {
  const { store, system } = fixture;
  const deps = fixture.deps(controllers());
  await system.create(nodeOf('one', 'nvme'));
  await turns();
  const cluster = await createTestCluster(store, 'with');
  await createTestCluster(store, 'without');
  await runClusterTurn('without', deps);
  await cluster.create(agent);
  await runClusterTurn('with', deps);
  expect(await podsOf(cluster)).toEqual(['one']);

  await system.create(nodeOf('two', 'hdd'));
  expect(await turns()).toEqual(['with']);
  expect(await podsOf(cluster)).toEqual(['one']);

  await system.update<Node>(nodeKey('two'), (node) => ({
    ...node,
    metadata: { ...node.metadata, labels: { disk: 'nvme' } },
  }));
  expect(await turns()).toEqual(['with']);
  expect(await podsOf(cluster)).toEqual(['one', 'two']);

  await system.updateStatus<Node>(nodeKey('two'), (node) => ({
    ...node,
    status: { ...node.status, images: [{ names: ['agent'] }] },
  }));
  expect(await turns()).toEqual([]);

  await system.update<Node>(nodeKey('one'), (node) => ({
    ...node,
    metadata: { ...node.metadata, labels: {} },
  }));
  expect(await turns()).toEqual(['with']);
  expect(await podsOf(cluster)).toEqual(['two']);
});

test.each([
  ['sees a DaemonSet for the first time', 0],
  ['has seen the DaemonSet before', 1],
])('a turn that %s while a node comes takes nobody the news of it', async (_name, earlierTurns) => {
  const { store, system, clock } = fixture;
  const id = `busy-${earlierTurns}`;
  const cluster = await createTestCluster(store, id);
  await cluster.create(agent);
  const deps = fixture.deps(controllers());
  for (let turn = 0; turn < earlierTurns; turn++) {
    await runClusterTurn(id, deps);
    clock.now = tenSecondsOn();
    await runClusterTurn(id, deps);
    await cluster.update<DaemonSet>(
      { resource: 'daemonsets.apps', namespace: 'default', name: 'agent' },
      (daemonSet) => ({ ...daemonSet, metadata: { ...daemonSet.metadata, labels: { touched: 'yes' } } }),
    );
  }
  const fleet = deps.fleetNodes;
  const view = async (pools: readonly string[] | undefined) => {
    const nodes = await fleet.view(pools);
    await system.create(nodeOf(`late-${id}`, 'nvme'));
    await runClusterTurn('system', deps);
    return nodes;
  };
  await runClusterTurn(id, { ...deps, fleetNodes: { ...fleet, view } });
  expect(await podsOf(cluster)).not.toContain(`late-${id}`);
  if (earlierTurns === 0) clock.now = tenSecondsOn();
  await runClusterTurn(id, deps);
  expect(await podsOf(cluster)).toContain(`late-${id}`);
});
