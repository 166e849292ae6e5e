import type { ClusterState } from './cluster-state.ts';
import type { Rejection } from './filters/filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import type { PodShape } from './pod-shape.ts';

export interface Trial {
  readonly pod: PodFacts;
  /** Of the pod. */
  readonly shape: PodShape;
  readonly state: ClusterState;
}

/**
 * Why a node cannot take a pod, as it is or once those have come that are promised the node and that are at least as
 * important; nothing if it can.
 */
export function rejectionOn(node: NodeState, { pod, shape, state }: Trial): Rejection | undefined {
  state.follow(shape);
  const rejection = shape.check(node);
  if (rejection) return rejection;
  const promised = state
    .nominatedTo(node.name)
    .filter((other) => other.uid !== pod.uid && other.priority >= pod.priority);
  if (promised.length === 0) return undefined;
  return state.suppose((move) => {
    for (const other of promised) move(other, node, 1);
    return state.shapeOf(pod).check(node);
  });
}
