import { type Pod, type ReplicaSet, type ReplicaSetStatus, tenantRegistry } from '@berth/kinds';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { isPodActive } from '../pods/pod-state.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

/** A kind that keeps a number of pods, for tests of what all of them have in common. */
export interface ReplicaKindUnderTest {
  readonly kind: 'ReplicaSet' | 'ReplicationController';
  readonly resource: string;
  readonly apiVersion: string;
}

export const replicaKinds: readonly ReplicaKindUnderTest[] = [
  { kind: 'ReplicaSet', resource: 'replicasets.apps', apiVersion: 'apps/v1' },
  { kind: 'ReplicationController', resource: 'replicationcontrollers', apiVersion: 'v1' },
];

/** A cluster of all controllers with two nodes, and one owner of pods in it. */
export class ReplicaScenario {
  readonly cluster: MemoryCluster;
  readonly kubelet: Kubelet;
  readonly #of: ReplicaKindUnderTest;

  constructor(of: ReplicaKindUnderTest) {
    this.#of = of;
    const nodes = ['a', 'b'].map((name) => memoryNode(name, { pods: '10000' }));
    this.cluster = new MemoryCluster({ registry: tenantRegistry, reconcilers: controllers(), nodes });
    for (const object of clusterSeed({ clusterCa: 'CA' })) this.cluster.create(object);
    this.cluster.settle();
    this.kubelet = new Kubelet(this.cluster);
  }

  create(spec: Partial<NonNullable<ReplicaSet['spec']>> = {}, name = 'web'): void {
    const labels = { app: name };
    const { kind, apiVersion } = this.#of;
    this.cluster.create({
      apiVersion,
      kind,
      metadata: { name, namespace: 'default' },
      // Members of both kinds, but for the form of the selector.
      spec: {
        replicas: 3,
        selector: kind === 'ReplicaSet' ? { matchLabels: labels } : labels,
        template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
        ...spec,
      },
    });
  }

  /** As kubectl sees it. */
  owner(name = 'web'): ReplicaSet {
    const owner = this.cluster.get<ReplicaSet>(this.#of.resource, 'default', name);
    if (!owner) throw new Error(`${name} is gone`);
    return owner;
  }

  status(name = 'web'): ReplicaSetStatus {
    const { status } = this.owner(name);
    if (!status) throw new Error(`${name} has no status`);
    return status;
  }

  scale(replicas: number, name = 'web'): void {
    const owner = this.owner(name);
    this.cluster.update({ ...owner, spec: { ...owner.spec, replicas } });
    this.cluster.settle();
  }

  pods(): readonly Pod[] {
    return this.cluster.list<Pod>('pods', 'default');
  }

  active(): readonly Pod[] {
    return this.pods().filter(isPodActive);
  }

  pod(name: string): Pod {
    const pod = this.cluster.get<Pod>('pods', 'default', name);
    if (!pod) throw new Error(`${name} is gone`);
    return pod;
  }

  createPod(name: string, labels: Record<string, string>): void {
    this.cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
  }

  label(name: string, labels: Record<string, string>): void {
    const pod = this.pod(name);
    this.cluster.update({ ...pod, metadata: { ...pod.metadata, labels } });
    this.cluster.settle();
  }
}
