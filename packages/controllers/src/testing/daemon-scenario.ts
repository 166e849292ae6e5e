import {
  builtinRegistry,
  type DaemonSet,
  type DaemonSetSpec,
  type Node,
  type Pod,
  type PodSpec,
} from '@berth/kinds';
import { controllers } from '../controllers.ts';
import { targetNode } from '../daemonset/daemon-pod.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

export interface DaemonScenario {
  readonly cluster: MemoryCluster;
  readonly kubelet: Kubelet;
}

/** A cluster with these nodes, and nothing in it. */
export function startWithNodes(...names: readonly string[]): DaemonScenario {
  const nodes = names.map((name) => memoryNode(name));
  const cluster = new MemoryCluster({ registry: builtinRegistry, reconcilers: controllers(), nodes });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return { cluster, kubelet: new Kubelet(cluster) };
}

export interface AgentShape {
  readonly spec?: Partial<DaemonSetSpec>;
  readonly podSpec?: PodSpec;
}

/** A DaemonSet `agent` of image `agent:1`. */
export function agentOf({ spec, podSpec }: AgentShape = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      ...spec,
      template: {
        metadata: { name: '', labels: { app: 'agent' } },
        spec: { containers: [{ name: 'main', image: 'agent:1' }], ...podSpec },
      },
    },
  };
}

export function agent(cluster: MemoryCluster): DaemonSet {
  const found = cluster.get<DaemonSet>('daemonsets.apps', 'default', 'agent');
  if (!found) throw new Error('the DaemonSet is gone');
  return found;
}

/** Changes the image of the template. */
export function updateImage(cluster: MemoryCluster, image: string): void {
  const current = agent(cluster);
  const template = current.spec?.template ?? {};
  const spec = { ...template.spec, containers: [{ name: 'main', image }] };
  cluster.update({ ...current, spec: { ...current.spec, template: { ...template, spec } } });
}

/** Adds a node, changes it, or (undefined) takes it away, and lets the cluster hear of it. */
export function changeNode(cluster: MemoryCluster, name: string, change: Partial<Node> | undefined): void {
  const index = cluster.nodes.findIndex(({ node }) => node.metadata.name === name);
  const former = cluster.nodes[index];
  const fresh = former ?? memoryNode(name);
  const next =
    change === undefined
      ? undefined
      : {
          ...fresh,
          node: { ...fresh.node, ...change, metadata: { ...fresh.node.metadata, ...change.metadata } },
        };
  cluster.nodes = cluster.nodes.filter((_view, position) => position !== index);
  if (next) cluster.nodes.push(next);
  cluster.announce({ resource: 'nodes', before: former?.node, after: next?.node });
}

/** Where pods are and of which image: `a=agent:1`, in order; those on their way out with a `-`. */
export function placement(cluster: MemoryCluster): string[] {
  return cluster
    .list<Pod>('pods')
    .map((pod) => {
      const going = pod.metadata.deletionTimestamp ? '-' : '';
      return `${going}${targetNode(pod)}=${pod.spec?.containers?.[0]?.image}`;
    })
    .sort();
}

export function podOn(cluster: MemoryCluster, node: string): Pod {
  const found = cluster.list<Pod>('pods').filter((pod) => targetNode(pod) === node);
  const [pod] = found.filter(({ metadata }) => !metadata.deletionTimestamp);
  if (!pod) throw new Error(`no pod on ${node}`);
  return pod;
}

/** Lets terminating pods go and new ones run until nothing more happens. */
export function rollOn({ cluster, kubelet }: DaemonScenario): void {
  for (let round = 0; round < 50; round++) {
    cluster.settle();
    const before = cluster.log.length;
    kubelet.finishTerminating();
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    if (cluster.log.length === before) return;
  }
  throw new Error('the pods do not come to rest');
}
