import { controllers } from '@berth/controllers';
import { builtinRegistry, type Cluster, type Plan, type Tenant } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { createTestCluster } from '../testing/cluster-client.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from '../turn/cluster-turn.ts';
import { tenancyFollower } from './follow-tenancy.ts';
import { longestRetention } from './longest-retention.ts';
import { usageTeller } from './tell-usage.ts';

let fixture: TurnFixture;
beforeAll(async () => {
  fixture = await createTurnFixture();
});

const key = (plural: string, name: string, namespace = '') => ({
  resource: `${plural}.platform.berth.dev`,
  namespace,
  name,
});
const make = (kind: string, metadata: KubeObject['metadata'], spec: object = {}) =>
  fixture.system.create<KubeObject & { spec: object }>({
    apiVersion: 'platform.berth.dev/v1',
    kind,
    metadata,
    spec,
  });

/** One turn of the system cluster, and the cluster row that stands for it. */
async function turn(): Promise<void> {
  const deps = fixture.deps(controllers());
  while ((await runClusterTurn('system', deps)) === 'more');
}

async function makeCluster(name: string, tenant: string, spec: object = {}): Promise<void> {
  await fixture.store.createCluster({ clusterId: name, tenantId: tenant, seed: [] });
  await make('Cluster', { name, namespace: tenant }, spec);
}
const isSuspended = async (name: string) => (await fixture.store.clusterOwner(name))?.suspended;

test('the clusters of a tenant are suspended and resumed with it, but for those suspended themselves', async () => {
  await make('Tenant', { name: 'acme' });
  await turn();
  await makeCluster('one', 'acme');
  await makeCluster('two', 'acme', { suspended: true });
  await make('Tenant', { name: 'other' });
  await turn();
  await makeCluster('beside', 'other');
  await turn();
  expect(await Promise.all(['one', 'two', 'beside'].map(isSuspended))).toEqual([false, true, false]);

  const suspend = (suspended: boolean) =>
    fixture.system.update<Tenant>(key('tenants', 'acme'), (tenant) => ({ ...tenant, spec: { suspended } }));
  await suspend(true);
  await turn();
  expect(await Promise.all(['one', 'two', 'beside'].map(isSuspended))).toEqual([true, true, false]);
  await makeCluster('late', 'acme');
  await turn();
  expect(await isSuspended('late')).toBe(true);

  await suspend(false);
  await turn();
  expect(await Promise.all(['one', 'two', 'late'].map(isSuspended))).toEqual([false, true, false]);
  const status = async (name: string) =>
    (await fixture.system.get<Cluster>(key('clusters', name, 'acme')))?.status?.phase;
  expect([await status('one'), await status('two')]).toEqual(['Ready', 'Suspended']);
});

test('a turn that is cut off before its commit is made up for by the next', async () => {
  await make('Tenant', { name: 'retried' });
  await turn();
  await makeCluster('held', 'retried');
  await fixture.system.update<Tenant>(key('tenants', 'retried'), (tenant) => ({
    ...tenant,
    spec: { suspended: true },
  }));
  const deps = fixture.deps(controllers());
  const failing = { ...fixture.store, setSuspended: () => Promise.reject(new Error('away')) };
  await expect(runClusterTurn('system', { ...deps, tenancy: tenancyFollower(failing) })).rejects.toThrow(
    'away',
  );
  expect(await isSuspended('held')).toBe(false);
  await turn();
  expect(await isSuspended('held')).toBe(true);
});

test('a plan bounds its tenants from the turn on that sees it, and no longer when they leave it', async () => {
  await make('Plan', { name: 'small' }, { clusters: 3, pods: 10, cpu: '4' });
  await make('Tenant', { name: 'planned' }, { plan: 'small' });
  await turn();
  const limits = async () =>
    Object.fromEntries(
      (await fixture.store.tenantLimits.usage('planned')).map(({ resource, hard }) => [resource, hard]),
    );
  expect(await limits()).toEqual({ clusters: '3', pods: '10', 'requests.cpu': '4' });
  await fixture.system.update<Plan>(key('plans', 'small'), (plan) => ({ ...plan, spec: { clusters: 1 } }));
  await turn();
  expect(await limits()).toEqual({ clusters: '1' });
  const choose = (plan: string) =>
    fixture.system.update<Tenant>(key('tenants', 'planned'), (tenant) => ({ ...tenant, spec: { plan } }));
  await choose('');
  await turn();
  expect(await limits()).toEqual({});
  await choose('small');
  await turn();
  expect(await limits()).toEqual({ clusters: '1' });
  await fixture.system.remove(key('tenants', 'planned'));
  await turn();
  expect([await fixture.system.get(key('tenants', 'planned')), await limits()]).toEqual([undefined, {}]);
});

test('a tenant’s status tells what it uses of its plan, and when that is more than the plan allows', async () => {
  const teller = usageTeller({
    store: fixture.store,
    registry: builtinRegistry,
    log: pino({ level: 'silent' }),
    now: () => fixture.clock.now,
  });
  await make('Plan', { name: 'two' }, { clusters: 2, objects: { configmaps: 100 } });
  await make('Tenant', { name: 'users' }, { plan: 'two' });
  await turn();
  await createTestCluster(fixture.store, 'unrelated');
  await makeCluster('used-1', 'users');
  await makeCluster('used-2', 'users');
  await turn();
  await teller.look();
  const tenant = async () => {
    const found = await fixture.system.get<Tenant>(key('tenants', 'users'));
    if (!found) throw new Error('no tenant');
    return found;
  };
  const exceeded = async () =>
    (await tenant()).status?.conditions?.find(({ type }) => type === 'PlanExceeded');
  expect((await tenant()).status).toMatchObject({
    hard: { clusters: '2', 'count/configmaps': '100' },
    used: { clusters: '2', 'count/configmaps': '0' },
  });
  expect(await exceeded()).toMatchObject({ status: 'False', reason: 'WithinPlan' });
  const { resourceVersion } = (await tenant()).metadata;
  await teller.look();
  expect((await tenant()).metadata.resourceVersion).toBe(resourceVersion);

  await fixture.system.update<Plan>(key('plans', 'two'), (plan) => ({ ...plan, spec: { clusters: 1 } }));
  await turn();
  await teller.look();
  expect(await exceeded()).toMatchObject({
    status: 'True',
    message: expect.stringContaining('clusters 2 of 1'),
  });
});

test('the log is kept for the longest plan that a tenant has', async () => {
  await make('Plan', { name: 'bought' }, { logRetention: '6h0m0s' });
  await make('Plan', { name: 'nobodys' }, { logRetention: '48h0m0s' });
  await make('Tenant', { name: 'historian' });
  await turn();
  expect(await longestRetention(fixture.store)).toBe(0);
  await fixture.system.update<Tenant>(key('tenants', 'historian'), (tenant) => ({
    ...tenant,
    spec: { plan: 'bought' },
  }));
  await turn();
  expect(await longestRetention(fixture.store)).toBe(6 * 3_600_000);
});
