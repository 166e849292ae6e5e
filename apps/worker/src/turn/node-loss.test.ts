import { controllers } from '@berth/controllers';
import type { Node, Pod, ReplicaSet } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
});
afterAll(() => fixture.store.close());

const nodeKey = (name: string) => ({ resource: 'nodes', namespace: '', name });

const web: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { name: '', labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'i', resources: { requests: { cpu: '250m' } } }] },
    },
  },
};

async function settle(...clusterIds: readonly string[]): Promise<void> {
  const deps = fixture.deps(controllers());
  for (const id of ['system', ...clusterIds]) {
    for (let turns = 0; (await runClusterTurn(id, deps)) !== 'idle'; turns++)
      if (turns > 20) throw new Error(`${id} does not settle`);
  }
}

async function say(name: string, status: string): Promise<void> {
  const condition = { type: 'Ready', status, lastTransitionTime: toTime(fixture.clock.now) };
  await fixture.system.updateStatus<Node>(nodeKey(name), (node) => ({
    ...node,
    status: { ...node.status, conditions: [condition] },
  }));
}

const podsOf = (cluster: ClusterClient): Promise<Pod[]> => cluster.list<Pod>('pods', 'default');

/** Of each node the pods that are bound to it, whether they are going or not. */
async function bound(clusters: readonly ClusterClient[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = { alpha: 0, beta: 0 };
  for (const cluster of clusters)
    for (const { spec } of await podsOf(cluster))
      counts[spec?.nodeName ?? 'none'] = (counts[spec?.nodeName ?? 'none'] ?? 0) + 1;
  return counts;
}

async function claimed(): Promise<Record<string, number>> {
  const usage = await fixture.store.nodeCapacity.usage();
  return Object.fromEntries(usage.map((row) => [row.node, row.claimed.pods]));
}

test('what is claimed on nodes is what is bound to them while a node is lost, replaced and back, over all clusters', async () => {
  for (const name of ['alpha', 'beta'])
    await fixture.system.create<Node>({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: {
        allocatable: { cpu: '64', memory: '64Gi', pods: '100' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
  await settle();
  const ids = ['first', 'second'];
  const clusters = await Promise.all(ids.map((id) => createTestCluster(fixture.store, id)));
  for (const cluster of clusters) await cluster.create(web);
  await settle(...ids);
  const before = await bound(clusters);
  expect(before['alpha']).toBeGreaterThan(0);
  expect(await claimed()).toEqual(before);

  await say('alpha', 'Unknown');
  await settle(...ids);
  fixture.clock.now = new Date(fixture.clock.now.getTime() + 301_000);
  await settle(...ids);
  const during = await bound(clusters);
  // What is going there has not gone: nobody knows whether it still runs.
  expect(during).toEqual({ alpha: before['alpha'], beta: 12 });
  expect(await claimed()).toEqual(during);

  await say('alpha', 'True');
  for (const cluster of clusters)
    for (const { metadata, spec } of await podsOf(cluster))
      if (spec?.nodeName === 'alpha')
        await cluster.remove(
          { resource: 'pods', namespace: 'default', name: metadata.name },
          { gracePeriodSeconds: 0 },
        );
  await settle(...ids);
  expect(await bound(clusters)).toEqual({ alpha: 0, beta: 12 });
  expect(await claimed()).toEqual({ alpha: 0, beta: 12 });
  expect(fixture.failures).toEqual([]);
});
