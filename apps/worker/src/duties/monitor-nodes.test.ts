import { builtinRegistry, type Cluster, type Pod } from '@berth/kinds';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../../test/support/redis.ts';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { joinFleet } from '../testing/fleet-node.ts';
import { withInstance } from '../testing/test-instance.ts';
import { startTestWorker } from '../testing/test-worker.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { clustersWithNodes } from './clusters-with-nodes.ts';
import { collectLeases } from './collect-leases.ts';
import { type NodeMonitor, nodeMonitor } from './monitor-nodes.ts';

let redis: TestRedis;
let fixture: TurnFixture;
beforeAll(async () => {
  [redis, fixture] = await Promise.all([startTestRedis(), createTurnFixture()]);
});
afterAll(() => Promise.all([redis.stop(), fixture.store.close()]));

function monitorOf({ store, clock }: Pick<TurnFixture, 'store' | 'clock'>): NodeMonitor {
  const log = pino({ level: 'silent' });
  return nodeMonitor({
    store,
    registry: builtinRegistry,
    log,
    now: () => clock.now,
    graceMs: 50_000,
    clusters: () => clustersWithNodes(store, builtinRegistry),
  });
}

function pass(seconds: number): void {
  fixture.clock.now = new Date(fixture.clock.now.getTime() + seconds * 1_000);
}

test('a node whose Lease is not renewed is unknown once, another stays, and a node that returns speaks for itself', async () => {
  const { store, clock } = fixture;
  const monitor = monitorOf(fixture);
  const silent = await joinFleet(store, { name: 'silent', now: () => clock.now });
  const steady = await joinFleet(store, { name: 'steady', now: () => clock.now });
  const revisions = async () =>
    (await Promise.all([silent, steady].map((node) => node.read()))).map((node) =>
      Number(node?.metadata.resourceVersion),
    );
  const [joined = 0, untouched] = await revisions();

  pass(50);
  await steady.renewLease();
  await monitor.look();
  expect(await revisions()).toEqual([joined, untouched]);

  pass(1);
  await Promise.all([monitor.look(), monitorOf(fixture).look()]);
  const [marked = 0] = await revisions();
  expect(await revisions()).toEqual([marked, untouched]);
  expect(marked).toBeGreaterThan(joined);
  for (const type of ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']) {
    expect(await silent.condition(type)).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
  }

  pass(5);
  await monitor.look();
  expect(await revisions()).toEqual([marked, untouched]);

  await silent.renewLease();
  await silent.postStatus();
  await monitor.look();
  expect(await silent.condition('Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
});

test('a monitor that has just begun to watch lets a node’s grace period pass first', async () => {
  const { store, clock } = fixture;
  const node = await joinFleet(store, { name: 'patience', now: () => clock.now });
  pass(3_600);
  const monitor = monitorOf(fixture);
  pass(50);
  await monitor.look();
  expect(await node.condition('Ready')).toMatchObject({ status: 'True' });
  pass(1);
  await monitor.look();
  expect(await node.condition('Ready')).toMatchObject({ status: 'Unknown' });
});

const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'busybox' }] },
});

const readPod = (cluster: ClusterClient, name: string) =>
  cluster.get<Pod>({ resource: 'pods', namespace: 'default', name });
const nodeOf = async (cluster: ClusterClient, name: string) => (await readPod(cluster, name))?.spec?.nodeName;

test('pods go to the nodes that are heard of, wait while there is none, and go to one that returns', () =>
  withInstance(redis, async ({ store, connection }) => {
    const clock = { offsetMs: 0 };
    const now = (): Date => new Date(Date.now() + clock.offsetMs);
    const worker = await startTestWorker({ ...connection, now });
    const [first, second] = [
      await joinFleet(store, { name: 'first', now }),
      await joinFleet(store, { name: 'second', now }),
    ];
    const cluster = await createTestCluster(store, 'tenant');

    // Renewed ahead of the jump, so that no look falls in between.
    await second.renewLease(new Date(now().getTime() + 60_000));
    clock.offsetMs += 60_000;
    await eventually('the first is unknown', async () => {
      return (await first.condition('Ready'))?.status === 'Unknown';
    });
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => cluster.create(pod(name))));
    for (const name of names) {
      expect(await eventually(`${name} is bound`, () => nodeOf(cluster, name))).toBe('second');
    }

    clock.offsetMs += 60_000;
    await eventually('the second is unknown too', async () => {
      return (await second.condition('Ready'))?.status === 'Unknown';
    });
    await cluster.create(pod('waits'));
    const waiting = await eventually('the pod waits', async () =>
      (await readPod(cluster, 'waits'))?.status?.conditions?.find(({ reason }) => reason === 'Unschedulable'),
    );
    expect(waiting.message).toContain('0/2 nodes are available: 2 node(s) had untolerated taint(s)');

    await first.renewLease();
    await first.postStatus();
    expect(await eventually('the pod is bound', () => nodeOf(cluster, 'waits'))).toBe('first');
    await worker.close();
  }));

test('nodes that a cluster brings are looked at like those of the fleet, until it is suspended; their Leases go with them', async () => {
  const { store, clock, system } = fixture;
  const cluster = await createTestCluster(store, 'owner');
  const record: Cluster = {
    apiVersion: 'platform.berth.dev/v1',
    kind: 'Cluster',
    metadata: { name: 'owner', namespace: 'test' },
    spec: { ownNodes: true },
  };
  await system.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'test' } });
  await system.create(record);
  expect(await clustersWithNodes(store, builtinRegistry)).toEqual(['system', 'owner']);
  const monitor = monitorOf(fixture);
  const node = await joinFleet(store, { name: 'own', now: () => clock.now, clusterId: 'owner' });
  pass(51);
  await monitor.look();
  expect(await node.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown' });

  const collect = (clusterId: string): Promise<number> =>
    collectLeases(store, { registry: builtinRegistry, clusterId, now: clock.now });
  expect(await collect('owner')).toBe(0);
  await cluster.remove({ resource: 'nodes', namespace: '', name: 'own' });
  pass(3_601);
  expect(await collect('owner')).toBe(1);
  expect(await collect('owner')).toBe(0);

  await system.update<Cluster>(
    { resource: 'clusters.platform.berth.dev', namespace: 'test', name: 'owner' },
    (current) => ({ ...current, spec: { ...current.spec, suspended: true } }),
  );
  expect(await clustersWithNodes(store, builtinRegistry)).toEqual(['system']);
});
