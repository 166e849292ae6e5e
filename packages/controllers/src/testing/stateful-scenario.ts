import {
  builtinRegistry,
  type Pod,
  type PodSpec,
  type StatefulSet,
  type StatefulSetSpec,
} from '@berth/kinds';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

export interface StatefulScenario {
  readonly cluster: MemoryCluster;
  readonly kubelet: Kubelet;
}

/** A cluster with two nodes, and nothing in it. */
export function startForSets(): StatefulScenario {
  const nodes = ['a', 'b'].map((name) => memoryNode(name));
  const cluster = new MemoryCluster({ registry: builtinRegistry, reconcilers: controllers(), nodes });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return { cluster, kubelet: new Kubelet(cluster) };
}

export interface WebShape {
  readonly spec?: Partial<StatefulSetSpec>;
  readonly podSpec?: PodSpec;
}

/** A StatefulSet `web` of three pods of image `web:1`. */
export function webOf({ spec, podSpec }: WebShape = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 3,
      serviceName: 'pages',
      selector: { matchLabels: { app: 'web' } },
      ...spec,
      template: {
        metadata: { name: '', labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'web:1' }], ...podSpec },
      },
    },
  };
}

export function web(cluster: MemoryCluster): StatefulSet {
  const found = cluster.get<StatefulSet>('statefulsets.apps', 'default', 'web');
  if (!found) throw new Error('the StatefulSet is gone');
  return found;
}

export function change(cluster: MemoryCluster, spec: Partial<StatefulSetSpec>): void {
  const current = web(cluster);
  cluster.update({ ...current, spec: { template: {}, ...current.spec, ...spec } });
}

/** Changes the image of the template. */
export function changeImage(cluster: MemoryCluster, image: string): void {
  const template = web(cluster).spec?.template ?? {};
  change(cluster, {
    template: { ...template, spec: { ...template.spec, containers: [{ name: 'main', image }] } },
  });
}

/** `web-0=web:1` by ordinal; `+` for one that is ready, `-` for one on its way out. */
export function podsNow(cluster: MemoryCluster): string[] {
  return cluster
    .list<Pod>('pods')
    .map((pod) => {
      const isReady = pod.status?.conditions?.some(
        ({ type, status }) => type === 'Ready' && status === 'True',
      );
      const mark = pod.metadata.deletionTimestamp ? '-' : isReady ? '+' : '';
      return {
        name: pod.metadata.name,
        text: `${mark}${pod.metadata.name}=${pod.spec?.containers?.[0]?.image}`,
      };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ text }) => text);
}

export function podOf(cluster: MemoryCluster, ordinal: number): Pod {
  const pod = cluster.get<Pod>('pods', 'default', `web-${ordinal}`);
  if (!pod) throw new Error(`web-${ordinal} is not there`);
  return pod;
}

/** Lets terminating pods go and new ones run until nothing more happens. */
export function letRun({ cluster, kubelet }: StatefulScenario): void {
  for (let round = 0; round < 200; round++) {
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

/** A StatefulSet whose pods all run. */
export function running(shape: WebShape = {}): StatefulScenario {
  const scenario = startForSets();
  scenario.cluster.create(webOf(shape));
  letRun(scenario);
  return scenario;
}
