import {
  builtinRegistry,
  type Cluster,
  type ClusterRole,
  type ClusterRoleBinding,
  type Namespace,
  type Plan,
  type RoleBinding,
  type Tenant,
} from '@berth/kinds';
import { beforeEach, describe, expect, test } from 'vitest';
import { namespaceController } from '../namespace/reconcile.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { tenancyController } from './reconcile.ts';

const platform = 'platform.berth.dev';
const meta = { apiVersion: `${platform}/v1` };
let system: MemoryCluster;
beforeEach(() => {
  system = new MemoryCluster({
    registry: builtinRegistry,
    reconcilers: [namespaceController, tenancyController],
  });
});

function newTenant(name: string, spec: Tenant['spec'] = {}): void {
  system.create<Tenant>({ ...meta, kind: 'Tenant', metadata: { name }, spec });
  system.settle();
}
function newCluster(name: string, namespace: string, spec: Cluster['spec'] = {}): void {
  system.create<Cluster>({ ...meta, kind: 'Cluster', metadata: { name, namespace }, spec });
  system.settle();
}
const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not found');
  return value;
};
const tenant = (name = 'acme') => found(system.get<Tenant>(`tenants.${platform}`, '', name));
const cluster = (name: string) => found(system.get<Cluster>(`clusters.${platform}`, 'acme', name));
const namespace = (name = 'acme') => system.get<Namespace>('namespaces', '', name);
const binding = (name: string) =>
  system.get<RoleBinding>('rolebindings.rbac.authorization.k8s.io', 'acme', name);
const condition = (object: Tenant | Cluster, type: string) =>
  object.status?.conditions?.find((each) => each.type === type);

function change(spec: Tenant['spec']): void {
  system.update({ ...tenant(), spec: { ...tenant().spec, ...spec } });
  system.settle();
}

describe('a tenant', () => {
  test('has its namespace, and its people have their rights there', () => {
    newTenant('acme', {
      owners: [{ kind: 'User', name: 'olga' }],
      viewers: [{ kind: 'Group', name: 'auditors' }],
    });
    expect(namespace()?.status?.phase).toBe('Active');
    expect(binding('berth:tenant-owners')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'berth:tenant-owner' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'olga' }],
    });
    expect(binding('berth:tenant-viewers')?.subjects).toMatchObject([{ kind: 'Group', name: 'auditors' }]);
    expect(binding('berth:tenant-members')).toBeUndefined();
    expect(tenant().status).toMatchObject({ phase: 'Ready', clusters: 0, observedGeneration: 1 });
    expect(condition(tenant(), 'Ready')).toMatchObject({ status: 'True', reason: 'TenantReady' });
  });

  test('gets back what is taken from its bindings, and loses whom it no longer names', () => {
    newTenant('acme', { owners: [{ kind: 'User', name: 'olga' }] });
    const stored = found(binding('berth:tenant-owners'));
    const emptied: RoleBinding = { ...stored, subjects: [] };
    system.update(emptied);
    system.settle();
    expect(binding('berth:tenant-owners')?.subjects).toHaveLength(1);
    system.delete(found(binding('berth:tenant-owners')));
    system.settle();
    expect(binding('berth:tenant-owners')?.subjects).toMatchObject([{ name: 'olga' }]);
    change({ owners: [], members: [{ kind: 'User', name: 'max' }] });
    expect(binding('berth:tenant-owners')).toBeUndefined();
    expect(binding('berth:tenant-members')?.subjects).toMatchObject([{ name: 'max' }]);
  });

  test('can be read by its people, with its plan, and by nobody that it no longer names', () => {
    newTenant('acme', {
      plan: 'small',
      owners: [{ kind: 'User', name: 'olga' }],
      members: [
        { kind: 'User', name: 'olga' },
        { kind: 'Group', name: 'developers' },
      ],
    });
    const rbac = 'rbac.authorization.k8s.io';
    const role = () => system.get<ClusterRole>(`clusterroles.${rbac}`, '', 'berth:tenant:acme');
    const readers = () =>
      system
        .get<ClusterRoleBinding>(`clusterrolebindings.${rbac}`, '', 'berth:tenant:acme')
        ?.subjects?.map(({ kind, name }) => `${kind} ${name}`);
    const verbs = ['get', 'list', 'watch'];
    expect(role()?.rules).toEqual([
      { apiGroups: [platform], resources: ['tenants'], resourceNames: ['acme'], verbs },
      { apiGroups: [platform], resources: ['plans'], resourceNames: ['small'], verbs },
    ]);
    expect(role()?.metadata.ownerReferences).toMatchObject([{ kind: 'Tenant', uid: tenant().metadata.uid }]);
    expect(readers()).toEqual(['User olga', 'Group developers']);
    system.delete(found(role()));
    system.settle();
    expect(role()).toBeDefined();
    change({ members: [] });
    expect(readers()).toEqual(['User olga']);
    change({ owners: [] });
    expect([role(), readers()]).toEqual([undefined, undefined]);
  });

  test('says what its plan allows, and that it is missing', () => {
    newTenant('acme', { plan: 'small' });
    expect(condition(tenant(), 'Ready')).toMatchObject({ status: 'False', reason: 'PlanNotFound' });
    const spec: Plan['spec'] = {
      clusters: 2,
      cpu: '4',
      cronJobs: 3,
      objects: { 'cronjobs.batch': 9, secrets: 5 },
    };
    system.create<Plan>({ ...meta, kind: 'Plan', metadata: { name: 'small' }, spec: { ...spec } });
    system.settle();
    expect(condition(tenant(), 'Ready')?.status).toBe('True');
    expect(tenant().status?.hard).toEqual({
      clusters: '2',
      'requests.cpu': '4',
      'count/cronjobs.batch': '3',
      'count/secrets': '5',
    });
    const plan = () => found(system.get<Plan>(`plans.${platform}`, '', 'small'));
    expect(plan().status?.tenants).toBe(1);
    expect(() => system.delete(plan())).toThrow(
      'plans.platform.berth.dev "small" is forbidden: 1 tenants have it; give them another plan first',
    );
    change({ plan: '' });
    expect([plan().status?.tenants, tenant().status?.hard]).toEqual([0, undefined]);
  });

  test('counts its clusters, whose status is whole from the first', () => {
    newTenant('acme');
    const before = system.log.length;
    newCluster('one', 'acme');
    expect(tenant().status?.clusters).toBe(1);
    expect(
      system.log.slice(before).filter(({ key }) => key.resource === `clusters.${platform}`),
    ).toHaveLength(1);
    expect(condition(cluster('one'), 'Ready')).toMatchObject({ status: 'True', observedGeneration: 1 });
  });

  test('that is suspended stops its clusters, each of which says by whom', () => {
    newTenant('acme');
    newCluster('one', 'acme');
    newCluster('two', 'acme', { suspended: true });
    change({ suspended: true });
    expect(condition(tenant(), 'Suspended')?.status).toBe('True');
    for (const name of ['one', 'two']) {
      expect(cluster(name).status?.phase).toBe('Suspended');
      expect(condition(cluster(name), 'Ready')).toMatchObject({ status: 'False', reason: 'TenantSuspended' });
    }
    change({ suspended: false });
    expect(cluster('one').status?.phase).toBe('Ready');
    expect(condition(cluster('two'), 'Suspended')).toMatchObject({
      status: 'True',
      reason: 'ClusterSuspended',
    });
  });
});

describe('a tenant that is deleted', () => {
  test('waits for its namespace, which waits for its clusters', () => {
    newTenant('acme', { owners: [{ kind: 'User', name: 'olga' }] });
    newCluster('one', 'acme');
    system.delete(tenant());
    system.settle();
    expect(tenant().status?.phase).toBe('Deleting');
    expect(namespace()?.status?.phase).toBe('Terminating');
    expect(cluster('one').status?.phase).toBe('Deleting');
    expect(condition(tenant(), 'Ready')?.reason).toBe('Deleting');
    system.finalize(cluster('one'), 'platform.berth.dev/cluster');
    system.settle();
    expect(namespace()).toBeUndefined();
    expect(system.get(`tenants.${platform}`, '', 'acme')).toBeUndefined();
  });

  test('loses nothing while one of its clusters is protected', () => {
    newTenant('acme');
    newCluster('one', 'acme');
    newCluster('precious', 'acme', { deletionProtection: true });
    system.delete(tenant());
    system.settle();
    expect(condition(tenant(), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'DeletionProtected',
      message: 'Protected against deletion: precious.',
    });
    expect(namespace()?.status?.phase).toBe('Active');
    expect(cluster('one').metadata.deletionTimestamp).toBeUndefined();
    const precious = cluster('precious');
    system.update({ ...precious, spec: { ...precious.spec, deletionProtection: false } });
    system.settle();
    expect(cluster('one').status?.phase).toBe('Deleting');
    expect(cluster('precious').status?.phase).toBe('Deleting');
  });
});
