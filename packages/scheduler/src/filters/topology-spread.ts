import { matchesLabels } from '@berth/machinery';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';
import {
  counts,
  hasAllKeys,
  isSpread,
  type SpreadConstraint,
  spreadConstraints,
} from '../spread-constraint.ts';
import {
  type Filter,
  type PodMove,
  type PreparedFilter,
  type Rejection,
  resolvable,
  unresolvable,
} from './filter.ts';

const skewed = resolvable("node(s) didn't match pod topology spread constraints");
const nowhere = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

/** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
export const topologySpread: Filter = {
  name: 'PodTopologySpread',
  shape: (pod) => (pod.spreadConstraints.length > 0 ? [pod.spreadConstraints, pod.labels] : undefined),
  prepare: (pod, cluster) => {
    const constraints = spreadConstraints(pod.spreadConstraints, 'DoNotSchedule');
    return constraints.length > 0 ? new Spread(pod, cluster, constraints) : undefined;
  },
};

class Spread implements PreparedFilter {
  readonly #constraints: readonly SpreadConstraint[];
  readonly #domains: readonly Domains[];

  constructor(pod: PodFacts, cluster: ClusterFacts, constraints: readonly SpreadConstraint[]) {
    this.#constraints = constraints;
    this.#domains = constraints.map((constraint) => new Domains(constraint, pod));
    for (const node of cluster.nodes) {
      if (!hasAllKeys(constraints, node.facts)) continue;
      for (const domains of this.#domains) domains.enter(node);
    }
  }

  readonly check = ({ facts }: NodeState): Rejection | undefined => {
    for (const domains of this.#domains) {
      const skew = domains.skewOn(facts.labels);
      if (skew === undefined) return nowhere;
      if (skew > domains.constraint.maxSkew) return skewed;
    }
    return undefined;
  };

  readonly podMoved = ({ pod, node, sign }: PodMove): void => {
    if (!hasAllKeys(this.#constraints, node.facts)) return;
    for (const domains of this.#domains) domains.add(pod, node, sign);
  };
}

/** How many of the pods that a constraint spreads are in each domain. */
class Domains {
  readonly constraint: SpreadConstraint;
  readonly #pod: PodFacts;
  /** Counts itself where it would be. */
  readonly #self: number;
  readonly #amounts = new Map<string, number>();
  #least: number | undefined;

  constructor(constraint: SpreadConstraint, pod: PodFacts) {
    this.constraint = constraint;
    this.#pod = pod;
    this.#self = constraint.selector && matchesLabels(pod.labels, constraint.selector) ? 1 : 0;
  }

  enter(node: NodeState): void {
    if (!counts(this.constraint, this.#pod, node.facts)) return;
    const domain = this.#domainOf(node);
    let amount = this.#amounts.get(domain) ?? 0;
    for (const other of node.pods.values()) {
      if (isSpread(this.constraint, other, this.#pod.namespace)) amount++;
    }
    this.#amounts.set(domain, amount);
  }

  add(pod: PodFacts, node: NodeState, sign: 1 | -1): void {
    if (!isSpread(this.constraint, pod, this.#pod.namespace)) return;
    if (!counts(this.constraint, this.#pod, node.facts)) return;
    const domain = this.#domainOf(node);
    this.#amounts.set(domain, (this.#amounts.get(domain) ?? 0) + sign);
    this.#least = undefined;
  }

  /** By how many a domain would be ahead of the emptiest with the pod in it; undefined outside of all domains. */
  skewOn(labels: Readonly<Record<string, string>>): number | undefined {
    const domain = labels[this.constraint.topologyKey];
    if (domain === undefined) return undefined;
    this.#least ??= this.#findLeast();
    return (this.#amounts.get(domain) ?? 0) + this.#self - this.#least;
  }

  /** While there are fewer domains than are asked for, another one could be empty. */
  #findLeast(): number {
    if (this.#amounts.size < this.constraint.minDomains) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (const amount of this.#amounts.values()) if (amount < least) least = amount;
    return least;
  }

  #domainOf(node: NodeState): string {
    return node.facts.labels[this.constraint.topologyKey] ?? '';
  }
}
