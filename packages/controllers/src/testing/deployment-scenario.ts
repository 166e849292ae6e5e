import {
  builtinRegistry,
  type Deployment,
  type DeploymentSpec,
  type Pod,
  type ReplicaSet,
} from '@berth/kinds';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { isPodActive, isPodReady, podCondition } from '../pods/pod-state.ts';
import { Kubelet, memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

/** A cluster with room for many pods, and what plays its nodes. */
export function startDeployments(): DeploymentScenario {
  const nodes = ['a', 'b'].map((name) => memoryNode(name));
  const cluster = new MemoryCluster({
    registry: builtinRegistry,
    reconcilers: controllers(),
    nodes,
  });
  for (const object of clusterSeed({ clusterCa: 'CA' })) cluster.create(object);
  cluster.settle();
  return new DeploymentScenario(cluster);
}

type Annotations = Readonly<Record<string, string>>;

/** A Deployment `web` of image `v1`. */
function webDeployment(spec: Partial<DeploymentSpec> = {}, annotations: Annotations = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', annotations: { ...annotations } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      ...spec,
      template: {
        metadata: { name: '', labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'v1' }] },
        ...spec.template,
      },
    },
  };
}

/** What a user and the nodes do to the Deployment `web`, and what is to be seen of it. */
export class DeploymentScenario {
  readonly cluster: MemoryCluster;
  readonly kubelet: Kubelet;

  constructor(cluster: MemoryCluster) {
    this.cluster = cluster;
    this.kubelet = new Kubelet(cluster);
  }

  create(spec: Partial<DeploymentSpec> = {}, annotations: Annotations = {}): void {
    this.cluster.create(webDeployment(spec, annotations));
    this.cluster.settle();
  }

  web(): Deployment {
    const deployment = this.cluster.get<Deployment>('deployments.apps', 'default', 'web');
    if (!deployment) throw new Error('the Deployment is gone');
    return deployment;
  }

  /** Changes the spec, as a user does, and lets the controllers see it. */
  set(spec: Partial<DeploymentSpec>): void {
    const web = this.web();
    this.cluster.update({ ...web, spec: { ...web.spec, template: web.spec?.template ?? {}, ...spec } });
    this.cluster.settle();
  }

  /** Rolls out another image. */
  roll(image: string): void {
    const { template } = this.web().spec ?? { template: {} };
    this.set({ template: { ...template, spec: { ...template.spec, containers: [{ name: 'web', image }] } } });
  }

  annotate(changes: Readonly<Record<string, string | undefined>>): void {
    const web = this.web();
    const annotations = { ...web.metadata.annotations };
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) delete annotations[name];
      else annotations[name] = value;
    }
    this.cluster.update({ ...web, metadata: { ...web.metadata, annotations } });
    this.cluster.settle();
  }

  /** What `kubectl rollout undo` does: the template and the annotations of an earlier ReplicaSet come back. */
  undo(image: string): void {
    const set = this.setOf(image);
    const { [hashLabel]: _hash, ...labels } = set.spec?.template?.metadata?.labels ?? {};
    const template = { ...set.spec?.template, metadata: { name: '', labels } };
    const web = this.web();
    const { [revision]: kept, ...rest } = web.metadata.annotations ?? {};
    const others = Object.keys(rest).filter((name) => name.startsWith('deployment.kubernetes.io/'));
    const annotations: Record<string, string> = kept === undefined ? {} : { [revision]: kept };
    for (const name of others) annotations[name] = rest[name] ?? '';
    for (const [name, value] of Object.entries(set.metadata.annotations ?? {})) {
      if (!name.startsWith('deployment.kubernetes.io/')) annotations[name] = value;
    }
    this.cluster.update({
      ...web,
      metadata: { ...web.metadata, annotations },
      spec: { ...web.spec, template },
    });
    this.cluster.settle();
  }

  sets(): readonly ReplicaSet[] {
    return this.cluster.list<ReplicaSet>('replicasets.apps', 'default');
  }

  setOf(image: string): ReplicaSet {
    const found = this.sets().find(({ spec }) => spec?.template?.spec?.containers?.[0]?.image === image);
    if (!found) throw new Error(`no ReplicaSet of ${image}`);
    return found;
  }

  /** Sizes of the ReplicaSets by image: `v1:3 v2:1`. */
  sizes(): string {
    return this.sets()
      .map(({ spec }) => `${spec?.template?.spec?.containers?.[0]?.image}:${spec?.replicas}`)
      .toSorted()
      .join(' ');
  }

  pods(image?: string): readonly Pod[] {
    return this.cluster
      .list<Pod>('pods', 'default')
      .filter((pod) => isPodActive(pod) && (image === undefined || imageOf(pod) === image));
  }

  /** Images of the pods that take part in Services, each once. */
  readyImages(): string[] {
    return [...new Set(this.pods().filter(isPodReady).map(imageOf))].toSorted();
  }

  /** The nodes run what they have, and all of it well, pods end that are told to, and the controllers see it, until nothing happens. */
  run(): void {
    for (let round = 0; round < 100; round++) {
      const { length } = this.cluster.log;
      for (const pod of this.pods()) if (pod.spec?.nodeName && !isHealthy(pod)) this.kubelet.run(pod);
      this.kubelet.finishTerminating();
      this.cluster.settle();
      if (this.cluster.log.length === length) return;
    }
    throw new Error('the pods do not come to rest');
  }

  /** `Progressing=True NewReplicaSetAvailable` */
  condition(type: string): string {
    const found = this.web().status?.conditions?.find((condition) => condition.type === type);
    return `${type}=${found?.status} ${found?.reason}`;
  }

  message(type: string): string | undefined {
    return this.web().status?.conditions?.find((condition) => condition.type === type)?.message;
  }
}

function isHealthy(pod: Pod): boolean {
  return podCondition(pod, 'ContainersReady')?.status === 'True';
}

const hashLabel = 'pod-template-hash';
const revision = 'deployment.kubernetes.io/revision';

export function imageOf(pod: Pod): string {
  return pod.spec?.containers?.[0]?.image ?? '';
}
