import { builtinRegistry, type Node, type Pod, type Taint, type Toleration } from '@berth/kinds';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { changeNode } from './daemon-scenario.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

/** A cluster that uses these nodes of the fleet, all of them ready. */
export function startOnFleet(...names: readonly string[]): { cluster: MemoryCluster; kubelet: Kubelet } {
  const nodes = names.map((name) => {
    const view = memoryNode(name);
    return { ...view, node: { ...view.node, status: statusOf(view.node, 'True') } };
  });
  const cluster = new MemoryCluster({ registry: builtinRegistry, reconcilers: controllers(), nodes });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return { cluster, kubelet: new Kubelet(cluster) };
}

export function tainted(cluster: MemoryCluster, name: string, taints: readonly Taint[]): void {
  changeNode(cluster, name, { spec: { taints: [...taints] } });
}

/** The node says that it is ready (`True`) or not, or (`Unknown`) nobody has heard of it. */
export function readiness(cluster: MemoryCluster, name: string, status: 'True' | 'False' | 'Unknown'): void {
  const node = cluster.nodes.find((view) => view.node.metadata.name === name)?.node;
  if (node) changeNode(cluster, name, { status: statusOf(node, status) });
}

function statusOf(node: Node, status: string): NonNullable<Node['status']> {
  return { ...node.status, conditions: [{ type: 'Ready', status }] };
}

/** A pod on a node, as somebody else bound it there. */
export function podOn(name: string, node: string, tolerations: readonly Toleration[] = []): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: node,
      containers: [{ name: 'main', image: 'i' }],
      tolerations: [...tolerations],
      terminationGracePeriodSeconds: 30,
    },
  };
}

export const podNamed = (cluster: MemoryCluster, name: string): Pod | undefined =>
  cluster.get<Pod>('pods', 'default', name);

export const isGoing = (cluster: MemoryCluster, name: string): boolean =>
  podNamed(cluster, name)?.metadata.deletionTimestamp !== undefined;
