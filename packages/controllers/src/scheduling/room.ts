import type { Pod } from '@berth/kinds';
import { type AssignedPods, type Candidate, type SchedulingResult, schedulePod } from '@berth/scheduler';
import type { ClusterView } from '../reconciler.ts';
import { isAssigned } from './pod-queue.ts';

export type Placement = Extract<SchedulingResult, { node: string }>;

/** What room the nodes have, with the placements of one reconcile taken off as they are made. */
export class Room {
  readonly #view: ClusterView;
  readonly #candidates: Candidate[];
  /** The pods of this cluster by node; read only when a pod with host ports or extended resources asks. */
  #assigned: Map<string, Pod[]> | undefined;
  readonly #placed: Array<{ pod: Pod; node: string }> = [];

  constructor(view: ClusterView) {
    this.#view = view;
    this.#candidates = [...view.nodes()];
  }

  find(pod: Pod): SchedulingResult {
    return schedulePod(pod, { candidates: this.#candidates, assigned: () => this.#assignedPods() });
  }

  take(pod: Pod, { node, cpuMillis, memoryBytes }: Placement): void {
    const index = this.#candidates.findIndex((candidate) => candidate.node.metadata.name === node);
    const candidate = this.#candidates[index];
    if (!candidate) return;
    const { claimed } = candidate;
    this.#candidates[index] = {
      node: candidate.node,
      claimed: {
        cpuMillis: claimed.cpuMillis + cpuMillis,
        memoryBytes: claimed.memoryBytes + memoryBytes,
        pods: claimed.pods + 1,
      },
    };
    if (this.#assigned) add(this.#assigned, node, pod);
    else this.#placed.push({ pod, node });
  }

  #assignedPods(): AssignedPods {
    if (!this.#assigned) {
      this.#assigned = new Map();
      for (const pod of this.#view.list<Pod>('pods')) {
        if (isAssigned(pod)) add(this.#assigned, pod.spec?.nodeName ?? '', pod);
      }
      for (const { pod, node } of this.#placed) add(this.#assigned, node, pod);
    }
    return this.#assigned;
  }
}

function add(byNode: Map<string, Pod[]>, node: string, pod: Pod): void {
  const pods = byNode.get(node);
  if (pods) pods.push(pod);
  else byNode.set(node, [pod]);
}
