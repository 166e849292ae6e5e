import { builtinRegistry, type Lease } from '@berth/kinds';
import { toMicroTime } from '@berth/machinery';
import { expect, it } from 'vitest';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';

function start(): MemoryCluster {
  const cluster = new MemoryCluster({ registry: builtinRegistry, reconcilers: controllers() });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return cluster;
}

const identity = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };

function leaseOf(cluster: MemoryCluster, metadata: Partial<Lease['metadata']> = {}): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a', namespace: 'kube-system', labels: identity, ...metadata },
    spec: { holderIdentity: 'a', leaseDurationSeconds: 60, renewTime: toMicroTime(cluster.now) },
  };
}

const names = (cluster: MemoryCluster): string[] =>
  cluster.list('leases.coordination.k8s.io').map(({ metadata }) => metadata.name);

it('an API server’s Lease goes when it has not been renewed for as long as it says', () => {
  const cluster = start();
  const made = cluster.create(leaseOf(cluster));
  cluster.advance(59);
  const current = cluster.get<Lease>('leases.coordination.k8s.io', 'kube-system', made.metadata.name);
  cluster.update({ ...current, ...leaseOf(cluster), metadata: current?.metadata ?? made.metadata });
  cluster.advance(59);
  expect(names(cluster)).toEqual(['a']);
  cluster.advance(1);
  expect(names(cluster)).toEqual([]);
  expect(cluster.awaited()).toEqual([]);
});

it('one that does not say when it was renewed goes at once', () => {
  const cluster = start();
  cluster.create({ ...leaseOf(cluster), spec: { holderIdentity: 'a' } });
  cluster.settle();
  expect(names(cluster)).toEqual([]);
});

it('other Leases are their holders’ to remove', () => {
  const cluster = start();
  cluster.create(leaseOf(cluster, { name: 'unlabelled', labels: { app: 'a' } }));
  cluster.create(leaseOf(cluster, { name: 'elsewhere', namespace: 'default' }));
  cluster.advance(86_400);
  expect(names(cluster).toSorted()).toEqual(['elsewhere', 'unlabelled']);
});
