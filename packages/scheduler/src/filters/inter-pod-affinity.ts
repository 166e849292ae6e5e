import { type AffinityTerm, affinityTerms, termMatches } from '../affinity-term.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';
import { TopologyCounts } from '../topology-counts.ts';
import {
  type Filter,
  type PodMove,
  type PreparedFilter,
  type Rejection,
  resolvable,
  unresolvable,
} from './filter.ts';

const noAffinity = unresolvable("node(s) didn't match pod affinity rules");
const ownAntiAffinity = resolvable("node(s) didn't match pod anti-affinity rules");
const othersAntiAffinity = resolvable("node(s) didn't satisfy existing pods anti-affinity rules");

/**
 * Required affinity and anti-affinity to other pods, and their anti-affinity to this one.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  // Without any pod of such terms labels do not matter, and pods that differ in them alone are alike.
  shape: (pod, { attachedPods }) => (pod.isAttached || attachedPods.size > 0 ? pod.labels : undefined),
  prepare: (pod, cluster) => {
    const { requiredAffinity, requiredAntiAffinity } = affinityTerms(pod);
    const hasTerms = requiredAffinity.length + requiredAntiAffinity.length > 0;
    return hasTerms || cluster.attachedPods.size > 0 ? new PodTerms(pod, cluster) : undefined;
  },
};

class PodTerms implements PreparedFilter {
  readonly #cluster: ClusterFacts;
  readonly #pod: PodFacts;
  readonly #ownNamespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly #affinity: readonly AffinityTerm[];
  readonly #antiAffinity: readonly AffinityTerm[];
  /** Where pods are that match all terms of affinity, that match one of anti-affinity, and that want this one not near. */
  readonly #wanted = new TopologyCounts();
  readonly #unwanted = new TopologyCounts();
  readonly #unwelcome = new TopologyCounts();

  constructor(pod: PodFacts, cluster: ClusterFacts) {
    const { requiredAffinity, requiredAntiAffinity } = affinityTerms(pod);
    this.#pod = pod;
    this.#cluster = cluster;
    this.#ownNamespaceLabels = cluster.namespaceLabels(pod.namespace);
    this.#affinity = requiredAffinity;
    this.#antiAffinity = requiredAntiAffinity;
    if (requiredAffinity.length + requiredAntiAffinity.length > 0) {
      for (const node of cluster.nodes) {
        for (const other of node.pods.values()) this.#countOwn({ pod: other, node, sign: 1 });
      }
    }
    for (const { pod: other, node } of cluster.attachedPods.values()) {
      this.#countOthers({ pod: other, node, sign: 1 });
    }
  }

  readonly check = (node: NodeState): Rejection | undefined => {
    const { labels } = node.facts;
    if (!this.#meetsAffinity(labels)) return noAffinity;
    for (const { topologyKey } of this.#antiAffinity) {
      if (this.#unwanted.get(topologyKey, labels[topologyKey]) > 0) return ownAntiAffinity;
    }
    return this.#unwelcome.touches(labels) ? othersAntiAffinity : undefined;
  };

  readonly podMoved = (move: PodMove): void => {
    this.#countOwn(move);
    if (move.pod.isAttached) this.#countOthers(move);
  };

  /** The first pod of a group that wants to be together finds none yet: it may go where it can found one. */
  #meetsAffinity(labels: Readonly<Record<string, string>>): boolean {
    if (this.#affinity.some(({ topologyKey }) => labels[topologyKey] === undefined)) return false;
    const isMet = this.#affinity.every(
      ({ topologyKey }) => this.#wanted.get(topologyKey, labels[topologyKey]) > 0,
    );
    if (isMet) return true;
    return (
      this.#wanted.size === 0 &&
      this.#affinity.every((term) => termMatches(term, this.#pod, this.#ownNamespaceLabels))
    );
  }

  #countOwn({ pod, node, sign }: PodMove): void {
    if (this.#affinity.length + this.#antiAffinity.length === 0) return;
    const namespaceLabels = this.#cluster.namespaceLabels(pod.namespace);
    const { labels } = node.facts;
    if (
      this.#affinity.length > 0 &&
      this.#affinity.every((term) => termMatches(term, pod, namespaceLabels))
    ) {
      for (const { topologyKey } of this.#affinity) this.#wanted.add(topologyKey, labels[topologyKey], sign);
    }
    for (const term of this.#antiAffinity) {
      if (termMatches(term, pod, namespaceLabels)) {
        this.#unwanted.add(term.topologyKey, labels[term.topologyKey], sign);
      }
    }
  }

  #countOthers({ pod, node, sign }: PodMove): void {
    for (const term of affinityTerms(pod).requiredAntiAffinity) {
      if (termMatches(term, this.#pod, this.#ownNamespaceLabels)) {
        this.#unwelcome.add(term.topologyKey, node.facts.labels[term.topologyKey], sign);
      }
    }
  }
}
