import type { ClusterFacts } from '../cluster-facts.ts';
import { defaultSpread, defaultSpreadShape } from '../default-spread.ts';
import type { PodMove } from '../filters/filter.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';
import {
  counts,
  hasAllKeys,
  isSpread,
  type SpreadConstraint,
  spreadConstraints,
} from '../spread-constraint.ts';
import type { PreparedScore, Score } from './score.ts';

/** Constraints that a pod would like to be kept, and those that every pod of a set has where it says nothing. */
export const softTopologySpread: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  // Of constraints of its own the filter of the same name tells shapes apart.
  shape: (pod, cluster) => (pod.spreadConstraints.length > 0 ? undefined : defaultSpreadShape(pod, cluster)),
  prepare: (pod, cluster) => {
    const isOwn = pod.spreadConstraints.length > 0;
    const constraints = isOwn
      ? spreadConstraints(pod.spreadConstraints, 'ScheduleAnyway')
      : defaultSpread(pod, cluster);
    return constraints.length > 0 ? new SoftSpread(pod, cluster, { constraints, isOwn }) : undefined;
  },
};

/** Stands for a node outside of the domains. */
const outside = -1;

class SoftSpread implements PreparedScore {
  readonly #pod: PodFacts;
  readonly #constraints: readonly SpreadConstraint[];
  readonly #needsAllKeys: boolean;
  readonly #amounts: ReadonlyArray<Map<string, number>>;
  /** The more domains there are, the less of them each holds: their counts weigh more. */
  readonly #weights: readonly number[];

  constructor(
    pod: PodFacts,
    cluster: ClusterFacts,
    { constraints, isOwn }: { constraints: readonly SpreadConstraint[]; isOwn: boolean },
  ) {
    this.#pod = pod;
    this.#constraints = constraints;
    this.#needsAllKeys = isOwn;
    this.#amounts = constraints.map(() => new Map<string, number>());
    for (const node of cluster.nodes) {
      if (!this.#isInside(node)) continue;
      for (const [index, { topologyKey }] of constraints.entries()) {
        const domain = node.facts.labels[topologyKey];
        const amounts = this.#amounts[index];
        if (domain !== undefined && amounts && !amounts.has(domain)) amounts.set(domain, 0);
      }
      for (const other of node.pods.values()) this.podMoved({ pod: other, node, sign: 1 });
    }
    this.#weights = this.#amounts.map(({ size }) => Math.log(size + 2));
  }

  readonly score = (node: NodeState): number => {
    if (!this.#isInside(node)) return outside;
    let score = 0;
    for (const [index, { topologyKey, maxSkew }] of this.#constraints.entries()) {
      const domain = node.facts.labels[topologyKey];
      if (domain === undefined) continue;
      const amount = this.#amounts[index]?.get(domain) ?? 0;
      score += amount * (this.#weights[index] ?? 0) + (maxSkew - 1);
    }
    return score;
  };

  /** The fewer of its like are near, the better. */
  readonly normalize = (scores: number[]): void => {
    const inside = scores.filter((score) => score !== outside);
    const lowest = Math.min(...inside);
    const highest = Math.max(...inside);
    for (const [index, score] of scores.entries()) {
      if (score === outside) scores[index] = 0;
      else scores[index] = highest === 0 ? 100 : (100 * (highest + lowest - score)) / highest;
    }
  };

  readonly podMoved = ({ pod, node, sign }: PodMove): void => {
    if (!this.#isInside(node)) return;
    for (const [index, constraint] of this.#constraints.entries()) {
      const domain = node.facts.labels[constraint.topologyKey];
      const amounts = this.#amounts[index];
      if (domain === undefined || !amounts || !isSpread(constraint, pod, this.#pod.namespace)) continue;
      if (counts(constraint, this.#pod, node.facts)) amounts.set(domain, (amounts.get(domain) ?? 0) + sign);
    }
  };

  #isInside({ facts }: NodeState): boolean {
    return !this.#needsAllKeys || hasAllKeys(this.#constraints, facts);
  }
}
