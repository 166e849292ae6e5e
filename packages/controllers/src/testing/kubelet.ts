import type { ContainerStatus, Pod, PodStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { NodeView } from '../reconciler.ts';
import type { MemoryCluster } from './memory-cluster.ts';

/** A node with room for many pods. */
export function memoryNode(name: string, allocatable: Record<string, string> = {}): NodeView {
  return {
    node: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, uid: `node-${name}` },
      status: { allocatable: { cpu: '64', memory: '256Gi', pods: '1000', ...allocatable } },
    },
    claimed: { cpuMillis: 0, memoryBytes: 0, pods: 0 },
  };
}

/** Plays the node agents: what happens to pods happens when a test says so. */
export class Kubelet {
  readonly #cluster: MemoryCluster;

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster;
  }

  /** Pods that a node has and that have not ended, in order of creation. */
  assigned(): readonly Pod[] {
    return this.#cluster
      .list<Pod>('pods')
      .filter(
        (pod) => pod.spec?.nodeName && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed',
      );
  }

  run(pod: Pod): void {
    this.#report(pod, { phase: 'Running', ready: true });
  }

  runAll(): void {
    for (const pod of this.assigned()) if (pod.status?.phase === 'Pending') this.run(pod);
  }

  /** The pod runs, but a container of it is not ready. */
  unready(pod: Pod): void {
    this.#report(pod, { phase: 'Running', ready: false });
  }

  /** Ends the pod's containers; exit code 0 is success. */
  end(pod: Pod, exitCode = 0): void {
    this.#report(pod, { phase: exitCode === 0 ? 'Succeeded' : 'Failed', ready: false, exitCode });
  }

  /** The containers of every terminating pod (of those that the nodes can) have stopped: the pods end and go. */
  finishTerminating(isStopped: (pod: Pod) => boolean = () => true): void {
    for (const pod of this.#cluster.list<Pod>('pods')) {
      if (!pod.metadata.deletionTimestamp || !pod.spec?.nodeName || !isStopped(pod)) continue;
      if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') this.end(pod, 137);
      const { namespace = '', name } = pod.metadata;
      const current = this.#cluster.get<Pod>('pods', namespace, name);
      if (current) this.#cluster.delete(current, { gracePeriodSeconds: 0 });
    }
  }

  #report(
    pod: Pod,
    report: { phase: NonNullable<PodStatus['phase']>; ready: boolean; exitCode?: number },
  ): void {
    const { namespace = '', name } = pod.metadata;
    const current = this.#cluster.get<Pod>('pods', namespace, name) ?? pod;
    const now = toTime(this.#cluster.now);
    const others = (current.status?.conditions ?? []).filter(
      ({ type }) => type !== 'Ready' && type !== 'ContainersReady',
    );
    const isOpen = (pod.spec?.readinessGates ?? []).every(({ conditionType }) =>
      others.some(({ type, status: is }) => type === conditionType && is === 'True'),
    );
    const conditions = [
      { type: 'Ready', status: report.ready && isOpen ? 'True' : 'False', lastTransitionTime: now },
      { type: 'ContainersReady', status: report.ready ? 'True' : 'False', lastTransitionTime: now },
    ];
    const containerStatuses = (pod.spec?.containers ?? []).map((container) => {
      const state =
        report.exitCode === undefined
          ? { running: { startedAt: now } }
          : { terminated: { exitCode: report.exitCode, finishedAt: now } };
      const status: ContainerStatus = {
        name: container.name,
        state,
        ready: report.ready,
        restartCount: 0,
        image: container.image ?? '',
        imageID: '',
      };
      return status;
    });
    const podIP = addressOf(current);
    const status = {
      ...current.status,
      podIP,
      podIPs: [{ ip: podIP }],
      phase: report.phase,
      conditions: [...others, ...conditions],
      containerStatuses,
    };
    this.#cluster.updateStatus({ ...current, status });
  }
}

/** One of its own for each pod: the number at the end of its uid, which this cluster counts up. */
function addressOf({ metadata }: Pod): string {
  const number = Number((metadata.uid ?? '').slice(-12));
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
