import type { KubeObject } from '@berth/machinery';
import type { ClusterState } from './cluster-state.ts';
import type { Rejection } from './filters/filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import type { PodShape } from './pod-shape.ts';
import { rejectionOn } from './rejection-on.ts';

export type SchedulingResult =
  | { readonly node: NodeState; readonly updates: readonly KubeObject[]; readonly waits: boolean }
  /** Why each of the nodes cannot take the pod, in their order. */
  | { readonly node: undefined; readonly rejections: readonly Rejection[] };

/**
 * The best node for a pod: one that passes every filter, of the highest score; among equals the one that the pod's uid
 * picks, so that equal pods spread and the choice is the same whoever makes it. A node that the pod was promised goes first. The state is left as it is.
 */
export function schedulePod(pod: PodFacts, state: ClusterState): SchedulingResult {
  const shape = state.shapeOf(pod);
  const feasible: NodeState[] = [];
  const rejections: Rejection[] = [];
  const promised = pod.nominatedNodeName === undefined ? undefined : state.node(pod.nominatedNodeName);
  const trial = { pod, shape, state };
  for (const node of state.nodes) {
    const rejection = rejectionOn(node, trial);
    if (rejection) rejections.push(rejection);
    else feasible.push(node);
  }
  const node = promised && feasible.includes(promised) ? promised : pick(feasible, shape, pod.uid);
  if (!node) return { node: undefined, rejections };
  const reservations = shape.reservers.flatMap(({ reserve }) => reserve?.(node) ?? []);
  return {
    node,
    updates: reservations.flatMap(({ updates }) => updates),
    waits: reservations.some(({ waits }) => waits),
  };
}

function pick(feasible: readonly NodeState[], shape: PodShape, seed: string): NodeState | undefined {
  if (feasible.length <= 1) return feasible[0];
  const points = shape.score(feasible);
  let most = Number.NEGATIVE_INFINITY;
  for (const own of points) if (own > most) most = own;
  const best = feasible.filter((_, index) => points[index] === most);
  return best[fnv1a(seed) % best.length];
}

/** FNV-1a, 32 bits: cheap, and spreads uids that differ in a digit. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
