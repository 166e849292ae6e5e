import type { ConfigMap, Namespace, Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { jobOf, start } from '../testing/job-scenario.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { clusterSeed, initialNamespaces } from './cluster-seed.ts';

function create(cluster: MemoryCluster, name: string): Namespace {
  const namespace = cluster.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  cluster.settle();
  return namespace;
}

function madeAgain(cluster: MemoryCluster): ConfigMap {
  const rootCa = cluster.get<ConfigMap>('configmaps', 'mine', 'kube-root-ca.crt');
  if (!rootCa) throw new Error('not made again');
  return rootCa;
}

function conditions(cluster: MemoryCluster, name: string): string[] {
  const { status } = cluster.get<Namespace>('namespaces', '', name) ?? {};
  return (status?.conditions ?? []).map(({ type, status: value, message }) => `${type}=${value} ${message}`);
}

describe('every active namespace', () => {
  it('has the default account and the CA, again when they were deleted or changed', () => {
    const { cluster } = start();
    create(cluster, 'mine');
    const account = cluster.get('serviceaccounts', 'mine', 'default');
    const rootCa = cluster.get<ConfigMap>('configmaps', 'mine', 'kube-root-ca.crt');
    expect(rootCa?.data).toEqual({ 'ca.crt': 'CA' });
    if (!account || !rootCa) throw new Error('no default objects');
    cluster.delete(account);
    cluster.delete(rootCa);
    cluster.settle();
    expect(cluster.get('serviceaccounts', 'mine', 'default')?.metadata.uid).not.toBe(account.metadata.uid);
    const changed: ConfigMap = { ...madeAgain(cluster), data: { 'ca.crt': 'forged', more: 'x' } };
    cluster.update(changed);
    cluster.settle();
    expect(cluster.get<ConfigMap>('configmaps', 'mine', 'kube-root-ca.crt')?.data).toEqual({
      'ca.crt': 'CA',
    });
  });

  it('of a new cluster begins with them, so that the first turn has nothing to do', () => {
    const { cluster } = start();
    expect(cluster.log.filter(({ by }) => by === 'turn')).toEqual([]);
    expect(clusterSeed({ clusterCa: 'CA' })).toHaveLength(initialNamespaces.length * 3);
  });
});

describe('a namespace that is deleted', () => {
  it('goes with everything in it', () => {
    const { cluster } = start();
    const namespace = create(cluster, 'mine');
    cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'mine' } });
    cluster.delete(namespace);
    cluster.settle();
    expect(cluster.get('namespaces', '', 'mine')).toBeUndefined();
    for (const definition of cluster.registry.definitions) {
      expect(cluster.list(definition.plural, 'mine')).toEqual([]);
    }
    expect(cluster.awaited()).toEqual([]);
  });

  it('lets its pods end first, says what it waits for, and starts nothing new', () => {
    const { cluster, kubelet } = start();
    const namespace = create(cluster, 'mine');
    const job = jobOf({ completions: 2, parallelism: 2 });
    cluster.create({ ...job, metadata: { ...job.metadata, namespace: 'mine' } });
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    cluster.delete(namespace);
    cluster.advance(60);
    expect(cluster.list<Pod>('pods', 'mine')).toHaveLength(2);
    expect(cluster.list('jobs.batch', 'mine')).toHaveLength(1);
    expect(cluster.get<Namespace>('namespaces', '', 'mine')?.status?.phase).toBe('Terminating');
    expect(conditions(cluster, 'mine')).toEqual([
      'NamespaceDeletionDiscoveryFailure=False All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure=False All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure=False All content successfully deleted, may be waiting on finalization',
      expect.stringMatching(
        /^NamespaceContentRemaining=True Some resources are remaining: .*pods\. has 2 resource instances/,
      ),
      'NamespaceFinalizersRemaining=False All content-preserving finalizers finished',
    ]);
    kubelet.finishTerminating();
    cluster.settle();
    expect(cluster.get('namespaces', '', 'mine')).toBeUndefined();
    expect(cluster.list('jobs.batch', 'mine')).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });

  it('waits for finalizers, and names them', () => {
    const { cluster } = start();
    const namespace = create(cluster, 'mine');
    const metadata = { name: 'held', namespace: 'mine', finalizers: ['example.com/hold'] };
    cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    cluster.delete(namespace);
    cluster.settle();
    expect(conditions(cluster, 'mine').slice(3)).toEqual([
      'NamespaceContentRemaining=True Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining=True Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    const held = cluster.get('configmaps', 'mine', 'held');
    if (held) cluster.update({ ...held, metadata: { ...held.metadata, finalizers: [] } });
    cluster.settle();
    expect(cluster.get('namespaces', '', 'mine')).toBeUndefined();
  });

  it('of thousands of objects goes over several turns', () => {
    const { cluster } = start();
    const namespace = create(cluster, 'mine');
    for (let index = 0; index < 3000; index++) {
      cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `c${index}`, namespace: 'mine' },
      });
    }
    cluster.delete(namespace);
    cluster.settle();
    expect(cluster.get('namespaces', '', 'mine')).toBeUndefined();
    expect(cluster.errors).toEqual([]);
  });
});
