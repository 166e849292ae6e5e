import { controllers } from '@berth/controllers';
import type { Node, Pod } from '@berth/kinds';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from './cluster-turn.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'one' },
    status: { allocatable: { cpu: '2', memory: '1Gi', pods: '9' } },
  };
  await fixture.system.create(node);
  await runClusterTurn('system', fixture.deps(controllers()));
});
afterAll(() => fixture.store.close());

function pod(name: string, nodeName?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
    },
  };
}

const claimed = async () => (await fixture.store.nodeCapacity.usage())[0]?.claimed;

test('a pod that was put on its node by hand takes room from the pods of every cluster, until it goes', async () => {
  const { store } = fixture;
  const deps = fixture.deps(controllers());
  const [one, two] = await Promise.all(['one', 'two'].map((name) => createTestCluster(store, name)));
  if (!one || !two) throw new Error('clusters were made');
  await one.create(pod('by-hand', 'one'));
  await runClusterTurn(one.clusterId, deps);
  expect(await claimed()).toEqual({ cpuMillis: 1_000, memoryBytes: 0, pods: 1 });
  for (const name of ['a', 'b']) await two.create(pod(name));
  await runClusterTurn(two.clusterId, deps);
  const nodesOf = async () =>
    (await two.list<Pod>('pods')).map(({ metadata, spec }) => `${metadata.name} ${spec?.nodeName}`);
  expect(await nodesOf()).toEqual(['a one', 'b undefined']);

  await one.remove({ resource: 'pods', namespace: 'default', name: 'by-hand' }, { gracePeriodSeconds: 0 });
  await runClusterTurn(one.clusterId, deps);
  expect(await claimed()).toEqual({ cpuMillis: 1_000, memoryBytes: 0, pods: 1 });
});

test('room that such a pod only seemed to have does not keep the turn from committing', async () => {
  const deps = fixture.deps(controllers());
  const cluster = await createTestCluster(fixture.store, 'three');
  await cluster.create({ ...pod('full', 'one') });
  await cluster.create({ ...pod('too-full', 'one') });
  // What the turn knows of the node is older than what others have claimed on it since.
  const stale = (await deps.fleetNodes.view(undefined)).map(({ node }) => ({
    node,
    claimed: { cpuMillis: 0, memoryBytes: 0, pods: 0 },
  }));
  fixture.ended.length = 0;
  const fleetNodes = { ...deps.fleetNodes, view: async () => stale };
  expect(await runClusterTurn(cluster.clusterId, { ...deps, fleetNodes })).toBe('quiet');
  expect(fixture.ended.map(({ outcome }) => outcome.status)).toEqual(['no-capacity', 'committed']);
});

test('a pod that was put on its node by hand has the port of the host there, unless a pod of another cluster has it', async () => {
  const { store } = fixture;
  const deps = fixture.deps(controllers());
  const web = (name: string, nodeName?: string): Pod => ({
    ...pod(name, nodeName),
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }],
    },
  });
  const [one, two] = await Promise.all(['five', 'six'].map((name) => createTestCluster(store, name)));
  if (!one || !two) throw new Error('clusters were made');
  const key = { resource: 'pods', namespace: 'default', name: 'by-hand' };
  await one.create(web('by-hand', 'one'));
  await runClusterTurn(one.clusterId, deps);
  await two.create(web('waits'));
  await two.create(web('by-hand', 'one'));
  await runClusterTurn(two.clusterId, deps);
  const [waits] = (await two.list<Pod>('pods')).filter(({ metadata }) => metadata.name === 'waits');
  expect(waits?.spec?.nodeName).toBeUndefined();
  expect(waits?.status?.conditions?.[0]?.message).toContain(
    "1 node(s) didn't have free ports for the requested pod ports",
  );
  expect((await claimed())?.hostPorts).toEqual(['TCP/80/0.0.0.0']);

  // It never had the port: with its end nobody else's is free.
  await two.remove(key, { gracePeriodSeconds: 0 });
  await runClusterTurn(two.clusterId, deps);
  expect((await claimed())?.hostPorts).toEqual(['TCP/80/0.0.0.0']);
  await one.remove(key, { gracePeriodSeconds: 0 });
  await runClusterTurn(one.clusterId, deps);
  expect((await claimed())?.hostPorts).toBeUndefined();
});
