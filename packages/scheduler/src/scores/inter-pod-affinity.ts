import { type AffinityTerm, affinityTerms, termMatches } from '../affinity-term.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { PodMove } from '../filters/filter.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';
import { TopologyCounts } from '../topology-counts.ts';
import type { PreparedScore, Score } from './score.ts';

/** What a required term of another pod adds for the pods that it means: upstream's `hardPodAffinityWeight`. */
const requiredWeight = 1;

/** Preferred affinity and anti-affinity to other pods, and theirs to this one. */
export const preferredPodAffinity: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  // The filter of the same name tells shapes apart.
  prepare: (pod, cluster) => {
    const { preferredAffinity, preferredAntiAffinity } = affinityTerms(pod);
    const hasTerms = preferredAffinity.length + preferredAntiAffinity.length > 0;
    return hasTerms || cluster.attachedPods.size > 0 ? new PodLeanings(pod, cluster) : undefined;
  },
};

class PodLeanings implements PreparedScore {
  readonly #cluster: ClusterFacts;
  readonly #pod: PodFacts;
  readonly #ownNamespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly #towards: readonly AffinityTerm[];
  readonly #awayFrom: readonly AffinityTerm[];
  readonly #weights = new TopologyCounts();

  constructor(pod: PodFacts, cluster: ClusterFacts) {
    const { preferredAffinity, preferredAntiAffinity } = affinityTerms(pod);
    this.#pod = pod;
    this.#cluster = cluster;
    this.#ownNamespaceLabels = cluster.namespaceLabels(pod.namespace);
    this.#towards = preferredAffinity;
    this.#awayFrom = preferredAntiAffinity;
    if (preferredAffinity.length + preferredAntiAffinity.length > 0) {
      for (const node of cluster.nodes) {
        for (const other of node.pods.values()) this.#weighOwn({ pod: other, node, sign: 1 });
      }
    }
    for (const { pod: other, node } of cluster.attachedPods.values()) {
      this.#weighOthers({ pod: other, node, sign: 1 });
    }
  }

  readonly score = ({ facts }: NodeState): number => this.#weights.sumFor(facts.labels);

  readonly normalize = betweenLowestAndHighest;

  readonly podMoved = (move: PodMove): void => {
    this.#weighOwn(move);
    if (move.pod.isAttached) this.#weighOthers(move);
  };

  #weighOwn({ pod, node, sign }: PodMove): void {
    if (this.#towards.length + this.#awayFrom.length === 0) return;
    const namespaceLabels = this.#cluster.namespaceLabels(pod.namespace);
    for (const [terms, direction] of [[this.#towards, 1] as const, [this.#awayFrom, -1] as const]) {
      for (const term of terms) {
        if (termMatches(term, pod, namespaceLabels)) this.#weigh(term, node, sign * direction * term.weight);
      }
    }
  }

  #weighOthers({ pod, node, sign }: PodMove): void {
    const { requiredAffinity, preferredAffinity, preferredAntiAffinity } = affinityTerms(pod);
    const weigh = (terms: readonly AffinityTerm[], weightOf: (term: AffinityTerm) => number): void => {
      for (const term of terms) {
        if (termMatches(term, this.#pod, this.#ownNamespaceLabels))
          this.#weigh(term, node, sign * weightOf(term));
      }
    };
    weigh(requiredAffinity, () => requiredWeight);
    weigh(preferredAffinity, ({ weight }) => weight);
    weigh(preferredAntiAffinity, ({ weight }) => -weight);
  }

  #weigh({ topologyKey }: AffinityTerm, { facts }: NodeState, weight: number): void {
    this.#weights.add(topologyKey, facts.labels[topologyKey], weight);
  }
}

/** Weights may be negative: the lowest becomes 0, the highest 100. */
function betweenLowestAndHighest(scores: number[]): void {
  const lowest = Math.min(...scores);
  const span = Math.max(...scores) - lowest;
  for (let index = 0; index < scores.length; index++) {
    scores[index] = span > 0 ? (100 * ((scores[index] ?? 0) - lowest)) / span : 0;
  }
}
