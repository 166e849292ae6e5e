import type { KubeObject } from '@berth/machinery';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';

/** Why a node cannot take a pod. */
export interface Rejection {
  /** In Kubernetes' words; several where several resources lack. */
  readonly reasons: readonly string[];
  /** No other pod's going would help. */
  readonly unresolvable: boolean;
  /** It lies with the pod alone, and is said once, not for each node. */
  readonly ofPod?: boolean;
}

/** A reason for which a node cannot take a pod. */
export interface Filter {
  /** As upstream's plugin is called. */
  readonly name: string;
  /**
   * Works out, once for pods that are alike, what the filter needs. Undefined if it has nothing against any node: such a
   * filter costs nothing more.
   */
  readonly prepare: (pod: PodFacts, cluster: ClusterFacts) => PreparedFilter | undefined;
  /**
   * What of a pod the filter looks at beyond its own requests, node affinity, tolerations and ports (JSON). Pods with the
   * same answer are alike. Undefined: nothing.
   */
  readonly shape?: (pod: PodFacts, cluster: ClusterFacts) => unknown;
}

export interface PreparedFilter {
  /**
   * Nothing if the node can take the pod. Must depend on the pod, the node and what was prepared alone, so that the answer is
   * kept until the node changes; with `podMoved` it is asked for anew each time.
   */
  readonly check: (node: NodeState) => Rejection | undefined;
  /** Brings what was prepared up to date: a pod of the cluster came to a node (1) or left it (-1). */
  readonly podMoved?: (move: PodMove) => void;
  /**
   * The pod is going to the node: what has to be written for it, before it is bound. Where it `waits`, it is not bound
   * now, but tried again when one of the objects that the filter has read changes.
   */
  readonly reserve?: (node: NodeState) => Reservation;
}

export interface PodMove {
  readonly pod: PodFacts;
  readonly node: NodeState;
  readonly sign: 1 | -1;
}

export interface Reservation {
  /** Objects as they are to be (of the storage version, with the resourceVersion they were read at). */
  readonly updates: readonly KubeObject[];
  readonly waits: boolean;
}

/** Nothing that another pod's going would change. */
export function unresolvable(reason: string): Rejection {
  return { reasons: [reason], unresolvable: true };
}

/** Something that other pods on the node bring about. */
export function resolvable(reason: string): Rejection {
  return { reasons: [reason], unresolvable: false };
}
