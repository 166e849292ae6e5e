import { type Candidate, type NodeFacts, nodeFacts } from './candidate.ts';
import { type ClaimedRoom, claimedWith } from './claimed-room.ts';
import type { PodFacts } from './pod-facts.ts';

/** Counts the changes of a state, so that no two versions of a node are the same number. */
export interface StateClock {
  ticks: number;
}

/** A node as filters and scores see it. Only `ClusterState` changes it, and gives it another `version` each time. */
export class NodeState {
  /** Its place in the list of nodes. */
  readonly index: number;
  readonly facts: NodeFacts;
  /** The pods of this cluster on the node, by uid; without those that have ended. */
  readonly pods = new Map<string, PodFacts>();
  version = 0;
  readonly #clock: StateClock;
  #claimed: ClaimedRoom;
  #others: { readonly version: number; readonly amounts: ReadonlyMap<string, number> } | undefined;

  constructor(index: number, candidate: Candidate, clock: StateClock) {
    this.index = index;
    this.#clock = clock;
    this.facts = nodeFacts(candidate.node);
    this.#claimed = candidate.claimed;
  }

  get name(): string {
    return this.facts.name;
  }

  /** What all clusters together have claimed on it. */
  get claimed(): ClaimedRoom {
    return this.#claimed;
  }

  set claimed(claimed: ClaimedRoom) {
    this.#claimed = claimed;
    this.touch();
  }

  /** Something about it is different now. */
  touch(): void {
    this.version = ++this.#clock.ticks;
  }

  /** Makes it what it was at a version; whoever calls this has put back everything else. */
  restore(before: { readonly claimed: ClaimedRoom; readonly version: number }): void {
    this.#claimed = before.claimed;
    this.version = before.version;
  }

  /**
   * What is claimed of a resource other than cpu and memory; or what the pods of this cluster take up of it, if that is more: one
   * that was put on the node by hand where there was not enough has no claim.
   */
  usedOf(resource: string): number {
    if (this.#others?.version !== this.version) {
      const amounts = new Map<string, number>();
      for (const { requests } of this.pods.values()) {
        for (const [name, amount] of requests.others) amounts.set(name, (amounts.get(name) ?? 0) + amount);
      }
      this.#others = { version: this.version, amounts };
    }
    return Math.max(this.#claimed.others?.[resource] ?? 0, this.#others.amounts.get(resource) ?? 0);
  }

  /** Adds a pod to what is claimed (`sign` 1) or takes it off (-1). */
  claim({ room }: PodFacts, sign: 1 | -1): void {
    this.claimed = claimedWith(this.#claimed, room, sign);
  }
}
