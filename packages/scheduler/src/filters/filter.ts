import type { AssignedPods, Candidate, NodeFacts } from '../candidate.ts';
import type { PodNeeds } from '../pod-needs.ts';

/** Why a node cannot take a pod. */
export interface Rejection {
  /** In Kubernetes' words; several where several resources lack. */
  readonly reasons: readonly string[];
  /** No other pod's going would help. */
  readonly unresolvable: boolean;
}

export interface FilterContext {
  readonly needs: PodNeeds;
  readonly facts: NodeFacts;
  readonly claimed: Candidate['claimed'];
  /** Built only when asked for: most pods need neither host ports nor extended resources. */
  readonly assigned: () => AssignedPods;
}

/** Decides whether a node can take a pod; nothing if it can. */
export type Filter = (context: FilterContext) => Rejection | undefined;

export function unresolvable(reason: string): Rejection {
  return { reasons: [reason], unresolvable: true };
}
