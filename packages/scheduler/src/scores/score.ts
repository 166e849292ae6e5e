import type { ClusterFacts } from '../cluster-facts.ts';
import type { PreparedFilter } from '../filters/filter.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';

/** How well a node suits a pod. */
export interface Score {
  /** As upstream's plugin is called. */
  readonly name: string;
  /** Upstream's default. */
  readonly weight: number;
  /** As of a filter. Undefined if all nodes are alike to it. */
  readonly prepare: (pod: PodFacts, cluster: ClusterFacts) => PreparedScore | undefined;
  /** As of a filter. */
  readonly shape?: (pod: PodFacts, cluster: ClusterFacts) => unknown;
}

export interface PreparedScore {
  /** Kept until the node changes; with `podMoved` it is asked for anew each time. */
  readonly score: (node: NodeState) => number;
  /**
   * Turns the scores of all nodes that can take the pod into points from 0 to 100 (in place). Absent: scores are such
   * points already.
   */
  readonly normalize?: (scores: number[]) => void;
  readonly podMoved?: PreparedFilter['podMoved'];
}

/** The highest score becomes 100, and the others their share of that. */
export function shareOfHighest(scores: number[]): void {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  if (highest === 0) return;
  for (let index = 0; index < scores.length; index++) scores[index] = (100 * (scores[index] ?? 0)) / highest;
}

/** None becomes 100, the highest 0. */
export function lessIsBetter(scores: number[]): void {
  shareOfHighest(scores);
  for (let index = 0; index < scores.length; index++) scores[index] = 100 - (scores[index] ?? 0);
}
