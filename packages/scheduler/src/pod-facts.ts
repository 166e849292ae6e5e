import type { Affinity, Pod, Toleration, TopologySpreadConstraint } from '@berth/kinds';
import type { PodRoom } from './claimed-room.ts';
import { hostPort } from './host-port.ts';
import { podRequests } from './pod-requests.ts';
import type { Resources } from './resources.ts';

/** What of a pod the filters and scores look at. What is not plain to read is worked out when it is asked for. */
export class PodFacts {
  readonly pod: Pod;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly nodeName: string | undefined;
  readonly createdMs: number;
  #requests: Resources | undefined;
  #hostPorts: readonly string[] | undefined;
  #room: PodRoom | undefined;

  constructor(pod: Pod) {
    this.pod = pod;
    this.uid = pod.metadata.uid ?? pod.metadata.name;
    this.namespace = pod.metadata.namespace ?? '';
    this.labels = pod.metadata.labels ?? {};
    this.priority = pod.spec?.priority ?? 0;
    this.nodeName = pod.spec?.nodeName || undefined;
    this.createdMs = Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
  }

  get requests(): Resources {
    this.#requests ??= podRequests(this.pod);
    return this.#requests;
  }

  /** The ports of the host that its containers take, sidecars included, as `hostPort` writes them. */
  get hostPorts(): readonly string[] {
    this.#hostPorts ??= hostPortsOf(this.pod);
    return this.#hostPorts;
  }

  /** What it claims on its node. */
  get room(): PodRoom {
    if (this.#room) return this.#room;
    const { cpuMillis, memoryBytes, others } = this.requests;
    const { hostPorts } = this;
    this.#room = {
      cpuMillis,
      memoryBytes,
      ...(others.size > 0 && { others: Object.fromEntries(others) }),
      ...(hostPorts.length > 0 && { hostPorts }),
    };
    return this.#room;
  }

  get nodeSelector(): Readonly<Record<string, string>> {
    return this.pod.spec?.nodeSelector ?? {};
  }

  get affinity(): Affinity | undefined {
    return this.pod.spec?.affinity;
  }

  get tolerations(): readonly Toleration[] {
    return this.pod.spec?.tolerations ?? [];
  }

  get spreadConstraints(): readonly TopologySpreadConstraint[] {
    return this.pod.spec?.topologySpreadConstraints ?? [];
  }

  /** Has affinity or anti-affinity to other pods. */
  get isAttached(): boolean {
    const { podAffinity, podAntiAffinity } = this.affinity ?? {};
    return podAffinity !== undefined || podAntiAffinity !== undefined;
  }

  /** Where it may go depends on where other pods are. */
  get dependsOnPods(): boolean {
    return this.isAttached || this.spreadConstraints.length > 0;
  }

  /** The node that it was promised, where room is being made for it. */
  get nominatedNodeName(): string | undefined {
    return this.pod.status?.nominatedNodeName || undefined;
  }

  /** When its node took it on; pods that have not said so yet are the youngest. */
  get startedMs(): number {
    const startTime = this.pod.status?.startTime;
    return startTime === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(startTime);
  }

  get isTerminating(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined;
  }
}

/** Objects are immutable: what was worked out of one holds as long as it is in use, over many turns. */
const known = new WeakMap<Pod, PodFacts>();

export function podFacts(pod: Pod): PodFacts {
  let facts = known.get(pod);
  if (!facts) {
    facts = new PodFacts(pod);
    known.set(pod, facts);
  }
  return facts;
}

function hostPortsOf(pod: Pod): readonly string[] {
  const ports = new Set<string>();
  const sidecars = (pod.spec?.initContainers ?? []).filter(
    (container) => container.restartPolicy === 'Always',
  );
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const { hostPort: port, hostIP, protocol } of container.ports ?? []) {
      if (port) ports.add(hostPort(port, protocol, hostIP));
    }
  }
  return [...ports];
}
