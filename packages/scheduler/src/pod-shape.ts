import type { ClusterFacts } from './cluster-facts.ts';
import type { Filter, PodMove, PreparedFilter, Rejection } from './filters/filter.ts';
import { filters } from './filters/filters.ts';
import type { NodeState } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import { scores } from './scores/scores.ts';
import type { PreparedScore, Score } from './scores/score.ts';

const shapers = [...filters, ...scores].flatMap(({ shape }: Filter | Score) => shape ?? []);

/** Equal for pods that the same nodes suit equally well. */
export function shapeKey(facts: PodFacts, cluster: ClusterFacts): string {
  const { namespace, priority } = facts;
  const { spec } = facts.pod;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(
    ({ resources, ports, restartPolicy }) => [resources?.requests, ports, restartPolicy],
  );
  return JSON.stringify([
    namespace,
    priority,
    containers,
    spec?.nodeName,
    spec?.nodeSelector,
    spec?.affinity,
    spec?.tolerations,
    spec?.overhead,
    spec?.resources,
    spec?.preemptionPolicy,
    extraShape(facts, cluster),
  ]);
}

interface WeighedScore {
  readonly prepared: PreparedScore;
  readonly weight: number;
}

/**
 * What filters and scores make of the nodes, for all pods that are alike. Kept for each node until that node changes, so
 * that the next pod of a thousand costs one node and a look over the others.
 */
export class PodShape {
  /** The state's count of changes of other objects that was reached when this was prepared. */
  readonly preparedAt: number;
  readonly reads: ReadonlySet<string>;
  readonly #local: readonly PreparedFilter[];
  readonly #global: readonly PreparedFilter[];
  /** Of scores that depend on the node alone the weighed sum is kept; the others are asked for each time. */
  readonly #plainScores: readonly WeighedScore[];
  readonly #relativeScores: readonly WeighedScore[];
  readonly #points: number[] = [];
  readonly #followers: ReadonlyArray<NonNullable<PreparedFilter['podMoved']>>;
  /** By the index of the node: its version when it was looked at, and what was found. */
  readonly #seen: number[] = [];
  readonly #verdicts: (Rejection | undefined)[] = [];
  #moves: number;

  constructor(
    pod: PodFacts,
    cluster: ClusterFacts,
    at: { readonly preparedAt: number; readonly moves: number; readonly reads: ReadonlySet<string> },
  ) {
    this.preparedAt = at.preparedAt;
    this.#moves = at.moves;
    this.reads = at.reads;
    const prepared = filters.flatMap((filter) => filter.prepare(pod, cluster) ?? []);
    this.#local = prepared.filter(({ podMoved }) => podMoved === undefined);
    this.#global = prepared.filter(({ podMoved }) => podMoved !== undefined);
    const weighed = scores.flatMap((score) => {
      const points = score.prepare(pod, cluster);
      return points === undefined ? [] : [{ prepared: points, weight: score.weight }];
    });
    this.#plainScores = weighed.filter((score) => isPlain(score.prepared));
    this.#relativeScores = weighed.filter((score) => !isPlain(score.prepared));
    this.#followers = [...prepared, ...weighed.map((score) => score.prepared)].flatMap(
      ({ podMoved }) => podMoved ?? [],
    );
  }

  /** Brings what depends on pods of other nodes up to date. `moves` are all of the state's so far. */
  follow(moves: readonly PodMove[]): void {
    if (this.#followers.length > 0) {
      for (let index = this.#moves; index < moves.length; index++) {
        const move = moves[index];
        if (move) for (const podMoved of this.#followers) podMoved(move);
      }
    }
    this.#moves = moves.length;
  }

  /** Why the node cannot take the pod; nothing if it can. */
  check(node: NodeState): Rejection | undefined {
    this.#look(node);
    const verdict = this.#verdicts[node.index];
    if (verdict) return verdict;
    for (const filter of this.#global) {
      const rejection = filter.check(node);
      if (rejection) return rejection;
    }
    return undefined;
  }

  /** Points of each of these nodes, which all can take the pod. */
  score(nodes: readonly NodeState[]): readonly number[] {
    const totals = nodes.map(({ index }) => this.#points[index] ?? 0);
    for (const { prepared, weight } of this.#relativeScores) {
      const raw = nodes.map((node) => prepared.score(node));
      prepared.normalize?.(raw);
      for (let index = 0; index < raw.length; index++) {
        totals[index] = (totals[index] ?? 0) + weight * (raw[index] ?? 0);
      }
    }
    return totals;
  }

  get reservers(): readonly PreparedFilter[] {
    return [...this.#local, ...this.#global].filter(({ reserve }) => reserve !== undefined);
  }

  #look(node: NodeState): void {
    const { index, version } = node;
    if (this.#seen[index] === version) return;
    this.#seen[index] = version;
    const verdict = firstRejection(this.#local, node);
    this.#verdicts[index] = verdict;
    if (verdict) return;
    let points = 0;
    for (const { prepared, weight } of this.#plainScores) points += weight * prepared.score(node);
    this.#points[index] = points;
  }
}

/** Says the same of a node whatever the others are like. */
function isPlain({ normalize, podMoved }: PreparedScore): boolean {
  return normalize === undefined && podMoved === undefined;
}

function firstRejection(prepared: readonly PreparedFilter[], node: NodeState): Rejection | undefined {
  for (const filter of prepared) {
    const rejection = filter.check(node);
    if (rejection) return rejection;
  }
  return undefined;
}

/** What else of a pod the filters and scores look at. */
function extraShape(pod: PodFacts, cluster: ClusterFacts): readonly unknown[] {
  return shapers.map((shape) => shape(pod, cluster));
}
