import type { Endpoint, EndpointSlice, Pod, Service, ServiceSpec } from '@berth/kinds';
import { builtinRegistry } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { controllers } from '../controllers.ts';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { memoryNode } from './kubelet.ts';
import { MemoryCluster } from './memory-cluster.ts';

/** What the node agent says of a pod. */
export interface PodState {
  readonly addresses?: readonly string[];
  readonly ready?: boolean;
  readonly phase?: 'Failed' | 'Pending' | 'Running' | 'Succeeded';
}

/** A cluster with Services, whose pods are as a test says. */
export class ServiceScenario {
  readonly cluster: MemoryCluster;
  #pods = 0;

  constructor() {
    const nodes = ['a', 'b'].map((name) => memoryNode(name));
    for (const { node } of nodes)
      node.metadata.labels = { 'topology.kubernetes.io/zone': `zone-${node.metadata.name}` };
    this.cluster = new MemoryCluster({
      registry: builtinRegistry,
      reconcilers: controllers(),
      nodes,
      serviceNetwork: { cidrs: ['10.1.0.0/16', 'fd00:1::/112'], nodePorts: { first: 30_000, last: 32_767 } },
    });
    for (const object of clusterSeed({ clusterCa: 'CA' })) this.cluster.create(object);
    this.cluster.settle();
  }

  service(spec: ServiceSpec = {}, metadata: Partial<Service['metadata']> = {}): Service {
    const service = this.cluster.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default', ...metadata },
      spec: { selector: { app: 'web' }, ipFamilies: ['IPv4'], ports: [{ port: 80 }], ...spec },
    });
    this.cluster.settle();
    return service;
  }

  /** A pod on node `a` that the Service selects; as yet without an address. */
  pod(members: { readonly metadata?: object; readonly spec?: object } = {}): Pod {
    const name = `p${this.#pods++}`;
    const container = { name: 'c', image: 'x', ports: [{ name: 'http', containerPort: 8080 }] };
    return this.cluster.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: 'web' }, ...members.metadata },
      spec: { nodeName: 'a', containers: [container], ...members.spec },
    });
  }

  /** A pod that is ready at an address of its own. */
  readyPod(members: { readonly metadata?: object; readonly spec?: object } = {}): Pod {
    const pod = this.pod(members);
    this.report(pod, { ready: true });
    return pod;
  }

  report(pod: Pod, { addresses, ready = false, phase = 'Running' }: PodState): void {
    const current = this.current(pod);
    const podIps = addresses ?? [addressOf(pod)];
    const condition = {
      type: 'Ready',
      status: ready ? ('True' as const) : ('False' as const),
      lastTransitionTime: toTime(this.cluster.now),
    };
    const status = {
      ...current.status,
      phase,
      conditions: [condition],
      ...(podIps[0] !== undefined && { podIP: podIps[0], podIPs: podIps.map((ip) => ({ ip })) }),
    };
    this.cluster.updateStatus({ ...current, status });
  }

  current<T extends Pod | Service>(object: T): T {
    const resource = object.kind === 'Pod' ? 'pods' : 'services';
    const found = this.cluster.get<T>(resource, 'default', object.metadata.name);
    if (!found) throw new Error(`${object.metadata.name} is gone`);
    return found;
  }

  slices(): readonly EndpointSlice[] {
    return this.cluster.list<EndpointSlice>('endpointslices.discovery.k8s.io', 'default');
  }

  /** All endpoints, as `<address> <conditions that are true>`. */
  endpoints(): string[] {
    return this.slices()
      .flatMap(({ endpoints }) => endpoints ?? [])
      .map(shown)
      .sort();
  }
}

/** The address of the n-th pod. */
export function addressOf(pod: Pod): string {
  const number = Number(pod.metadata.name.slice(1));
  return `10.0.${number >> 8}.${number & 255}`;
}

function shown({ addresses, conditions = {} }: Endpoint): string {
  const names = Object.entries(conditions).flatMap(([name, isTrue]) => (isTrue ? [name] : []));
  return [addresses.join(), ...names].join(' ');
}
