import { createRegistry } from '@berth/kinds';
import type { KubeObject, OwnerReference } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { plainKind } from '../testing/plain-kinds.ts';
import { garbageCollector } from './reconcile.ts';

const registry = createRegistry([
  plainKind('namespaces', 'Namespace'),
  plainKind('events', 'Event'),
  plainKind('widgets', 'Widget'),
  { ...plainKind('gadgets', 'Gadget', 'example.com') },
]);

function start(): MemoryCluster {
  const cluster = new MemoryCluster({ registry, reconcilers: [garbageCollector] });
  for (const name of ['default', 'other']) {
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return cluster;
}

function widget(
  cluster: MemoryCluster,
  name: string,
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject {
  return cluster.create({
    apiVersion: 'v1',
    kind: 'Widget',
    metadata: { name, namespace: 'default', ...metadata },
  });
}

function gadget(cluster: MemoryCluster, name: string, owners: readonly OwnerReference[]): KubeObject {
  const metadata = { name, namespace: 'default', ownerReferences: [...owners] };
  return cluster.create({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata });
}

function owner(object: KubeObject, options: Partial<OwnerReference> = {}): OwnerReference {
  const { name, uid = '' } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, uid, ...options };
}

function names(cluster: MemoryCluster): string[] {
  return [...cluster.list('widgets'), ...cluster.list('gadgets.example.com')].map(
    ({ metadata }) => metadata.name,
  );
}

function ownersOf(cluster: MemoryCluster, name: string): string[] {
  const object = cluster.get('gadgets.example.com', 'default', name);
  return (object?.metadata.ownerReferences ?? []).map((reference) => reference.name);
}

describe('background deletion', () => {
  it('takes the dependents of a deleted owner, and theirs', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    const middle = gadget(cluster, 'middle', [owner(root)]);
    gadget(cluster, 'leaf', [owner(middle)]);
    gadget(cluster, 'stranger', []);
    cluster.settle();
    cluster.delete(root, { propagationPolicy: 'Background' });
    cluster.settle();
    expect(names(cluster)).toEqual(['stranger']);
  });

  it('takes thousands over several turns, with one key to remember', () => {
    const cluster = start();
    cluster.budget = { ...cluster.budget, maxWrites: 600 };
    const root = widget(cluster, 'root');
    for (let index = 0; index < 2000; index++) gadget(cluster, `g${index}`, [owner(root)]);
    cluster.settle();
    cluster.delete(root);
    const plan = cluster.turn();
    expect(plan.exhausted).toBe(true);
    expect(plan.setTimers.map(({ key }) => key)).toContain(
      `garbage-collector-controller|dependents-of||${root.metadata.uid}`,
    );
    expect(plan.setTimers.length).toBeLessThan(3);
    cluster.settle();
    expect(names(cluster)).toEqual([]);
    expect(cluster.timers.size).toBe(0);
  });

  it('spares a dependent that another owner keeps, and takes the lost reference off', () => {
    const cluster = start();
    const [first, second] = [widget(cluster, 'first'), widget(cluster, 'second')];
    gadget(cluster, 'shared', [owner(first), owner(second)]);
    cluster.settle();
    cluster.delete(first);
    cluster.settle();
    expect(ownersOf(cluster, 'shared')).toEqual(['second']);
    cluster.delete(second);
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });

  it('tells an owner from its successor of the same name', () => {
    const cluster = start();
    const first = widget(cluster, 'same');
    gadget(cluster, 'old', [owner(first)]);
    cluster.settle();
    cluster.delete(first);
    const second = widget(cluster, 'same');
    gadget(cluster, 'new', [owner(second)]);
    cluster.settle();
    expect(names(cluster)).toEqual(['same', 'new']);
  });

  it('takes an object that is created after its owner went', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    cluster.delete(root);
    gadget(cluster, 'late', [owner(root)]);
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });

  it('leaves objects of owners alone whose kind nobody serves', () => {
    const cluster = start();
    gadget(cluster, 'kept', [{ apiVersion: 'unknown/v1', kind: 'Thing', name: 'x', uid: 'u' }]);
    cluster.settle();
    expect(names(cluster)).toEqual(['kept']);
  });

  it('does not reach across namespaces, and says so', () => {
    const cluster = start();
    const elsewhere = widget(cluster, 'elsewhere', { namespace: 'other' });
    gadget(cluster, 'misled', [owner(elsewhere)]);
    cluster.settle();
    expect(names(cluster)).toEqual(['elsewhere']);
    const reference = `[v1/Widget, namespace: default, name: elsewhere, uid: ${elsewhere.metadata.uid}]`;
    expect(cluster.events('misled')).toEqual([
      `OwnerRefInvalidNamespace: ownerRef ${reference} does not exist in namespace "default"`,
    ]);
  });
});

describe('an owner that is of no namespace', () => {
  const platform = createRegistry([
    ...registry.definitions,
    { ...plainKind('lands', 'Land'), scope: 'Cluster' },
  ]);
  function land(cluster: MemoryCluster, name: string, owners: readonly OwnerReference[] = []): KubeObject {
    const metadata = { name, ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}) };
    return cluster.create({ apiVersion: 'v1', kind: 'Land', metadata });
  }
  function startWithLands(): MemoryCluster {
    const cluster = new MemoryCluster({ registry: platform, reconcilers: [garbageCollector] });
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
    return cluster;
  }

  it('owns objects of namespaces and of none', () => {
    const cluster = startWithLands();
    const root = land(cluster, 'root');
    land(cluster, 'province', [owner(root)]);
    gadget(cluster, 'inhabitant', [owner(root)]);
    cluster.settle();
    expect(cluster.list('lands')).toHaveLength(2);
    cluster.delete(root);
    cluster.settle();
    expect([...cluster.list('lands'), ...cluster.list('gadgets.example.com')]).toEqual([]);
  });

  it('is never owned by an object of a namespace, which is said, and it stays', () => {
    const cluster = startWithLands();
    const tenant = widget(cluster, 'tenant');
    const owned = land(cluster, 'owned', [owner(tenant)]);
    cluster.settle();
    const reference = `[v1/Widget, namespace: , name: tenant, uid: ${tenant.metadata.uid}]`;
    expect(cluster.events('owned')).toEqual([
      `OwnerRefInvalidNamespace: ownerRef ${reference} does not exist in namespace ""`,
    ]);
    cluster.delete(tenant);
    cluster.settle();
    expect(cluster.list('lands').map(({ metadata }) => metadata.uid)).toEqual([owned.metadata.uid]);
  });
});

describe('foreground deletion', () => {
  it('takes the dependents first, and the owner when the blocking ones are gone', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    gadget(cluster, 'blocking', [owner(root, { blockOwnerDeletion: true })]);
    const held = gadget(cluster, 'held', [owner(root, { blockOwnerDeletion: true })]);
    cluster.update({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    cluster.settle();
    cluster.delete(root, { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(names(cluster)).toEqual(['root', 'held']);
    expect(cluster.get('widgets', 'default', 'root')?.metadata.finalizers).toEqual(['foregroundDeletion']);

    const terminating = cluster.get('gadgets.example.com', 'default', 'held');
    expect(terminating?.metadata.deletionTimestamp).toBeDefined();
    if (terminating)
      cluster.update({ ...terminating, metadata: { ...terminating.metadata, finalizers: [] } });
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });

  it('waits for the whole tree', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    const middle = gadget(cluster, 'middle', [owner(root, { blockOwnerDeletion: true })]);
    const leaf = gadget(cluster, 'leaf', [owner(middle, { blockOwnerDeletion: true })]);
    cluster.update({ ...leaf, metadata: { ...leaf.metadata, finalizers: ['example.com/hold'] } });
    cluster.settle();
    cluster.delete(root, { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(names(cluster)).toEqual(['root', 'middle', 'leaf']);
    const held = cluster.get('gadgets.example.com', 'default', 'leaf');
    if (held) cluster.update({ ...held, metadata: { ...held.metadata, finalizers: [] } });
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });

  it('lets the owner go as soon as a dependent no longer blocks it', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    const held = gadget(cluster, 'held', [owner(root, { blockOwnerDeletion: true })]);
    cluster.update({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    cluster.settle();
    cluster.delete(root, { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(names(cluster)).toEqual(['root', 'held']);
    const waiting = cluster.get('gadgets.example.com', 'default', 'held');
    if (waiting)
      cluster.update({ ...waiting, metadata: { ...waiting.metadata, ownerReferences: [owner(root)] } });
    cluster.settle();
    expect(names(cluster)).toEqual(['held']);
  });

  it('does not wait for dependents that do not block', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    gadget(cluster, 'free', [owner(root)]);
    cluster.settle();
    cluster.delete(root, { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(names(cluster)).toEqual([]);
    const order = cluster.log.filter(({ after }) => !after).map(({ before }) => before?.metadata.name);
    expect(order).toEqual(['root', 'free']);
  });
});

describe('orphaning', () => {
  it('takes the reference off every dependent, and then the owner goes', () => {
    const cluster = start();
    const root = widget(cluster, 'root');
    gadget(cluster, 'left', [owner(root, { blockOwnerDeletion: true })]);
    gadget(cluster, 'behind', [owner(root)]);
    cluster.settle();
    cluster.delete(root, { propagationPolicy: 'Orphan' });
    cluster.settle();
    expect(names(cluster)).toEqual(['left', 'behind']);
    expect([ownersOf(cluster, 'left'), ownersOf(cluster, 'behind')]).toEqual([[], []]);
    const left = cluster.get('gadgets.example.com', 'default', 'left');
    expect(left?.metadata).not.toHaveProperty('ownerReferences');
  });
});
