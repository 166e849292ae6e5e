import type { Pod } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { Candidate } from './candidate.ts';
import type { ClaimedRoom } from './claimed-room.ts';
import type { ClusterFacts, ObjectKey, PlacedPod } from './cluster-facts.ts';
import type { PodMove } from './filters/filter.ts';
import { NodeState, type StateClock } from './node-state.ts';
import { type PodFacts, podFacts } from './pod-facts.ts';
import { PodShape, shapeKey } from './pod-shape.ts';

// oxlint-disable typescript/no-unnecessary-type-parameters -- as in ClusterFacts
/** Where a state comes from: a cluster as of some moment. */
export interface ClusterSource {
  nodes(): readonly Candidate[];
  get<T extends KubeObject>(key: ObjectKey): T | undefined;
  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[];
}

/** Which pods a state knows. */
export interface PodRules {
  /** Takes room on a node. */
  readonly isAssigned: (pod: Pod) => boolean;
  /** Is to be given a node. */
  readonly isUnassigned: (pod: Pod) => boolean;
}

const nobody: readonly PodFacts[] = [];

/** So many shapes are remembered; a cluster whose pods are all different does not fill the memory with them. */
const mostShapes = 256;

/**
 * The cluster as the scheduler sees it, kept up with each change: pods by node, the pods that wait for a node, and what
 * was worked out for pods that are alike. Made in one pass over the pods.
 */
export class ClusterState implements ClusterFacts {
  readonly nodes: readonly NodeState[];
  readonly attachedPods = new Map<string, PlacedPod>();
  /** Pods that are to be given a node, by uid. */
  readonly unassigned = new Map<string, PodFacts>();
  readonly #source: ClusterSource;
  readonly #clock: StateClock = { ticks: 0 };
  readonly #rules: PodRules;
  readonly #byName = new Map<string, NodeState>();
  #dependents = 0;
  /** Of the unassigned those that are promised a node, by its name and their uid. */
  readonly #nominated = new Map<string, Map<string, PodFacts>>();
  /** Pods that were put on a node here, and whose binding the source does not show yet. */
  readonly #assumed = new Map<string, PlacedPod>();
  readonly #promised = new Map<string, string>();
  readonly #moves: PodMove[] = [];
  readonly #shapes = new Map<string, PodShape>();
  /** How many changes of other objects there were, and at which of them each resource changed last. */
  #otherChanges = 0;
  readonly #changedAt = new Map<string, number>();
  #reading: Set<string> | undefined;

  constructor(source: ClusterSource, rules: PodRules) {
    this.#source = source;
    this.#rules = rules;
    this.nodes = source.nodes().map((candidate, index) => new NodeState(index, candidate, this.#clock));
    for (const node of this.nodes) this.#byName.set(node.name, node);
    for (const pod of source.list<Pod>('pods')) this.#enter(pod);
  }

  node(name: string): NodeState | undefined {
    return this.#byName.get(name);
  }

  get<T extends KubeObject>(key: ObjectKey): T | undefined {
    this.#reading?.add(key.resource);
    return this.#source.get<T>(key);
  }

  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[] {
    this.#reading?.add(resource);
    return this.#source.list<T>(resource, namespace);
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined {
    const object = this.get({ resource: 'namespaces', namespace: '', name: namespace });
    return object && (object.metadata.labels ?? {});
  }

  /** A change that the source shows by now. */
  observe({ resource, before, after }: ObservedObject): void {
    if (resource === 'pods') {
      if (before) this.#leave(before);
      if (after) this.#enter(after);
      return;
    }
    this.#changedAt.set(resource, ++this.#otherChanges);
  }

  /** What is claimed on a node has changed in the source. */
  observeClaims(node: NodeState): void {
    const claimed = this.#source.nodes()[node.index]?.claimed;
    if (claimed) node.claimed = claimed;
  }

  /** Shows a pod on a node before the source does. */
  assume(pod: PodFacts, node: NodeState): void {
    this.#found(pod.uid);
    this.#withdraw(pod);
    this.#assumed.set(pod.uid, { pod, node });
    node.claim(pod, 1);
    this.#move({ pod, node, sign: 1 });
  }

  /** How many of the unassigned look at other pods. */
  get dependents(): number {
    return this.#dependents;
  }

  /** Pods that a node is promised to. */
  nominatedTo(node: string): readonly PodFacts[] {
    const pods = this.#nominated.get(node);
    return pods && pods.size > 0 ? [...pods.values()] : nobody;
  }

  /** Promises a node to a pod before the source does; until the source says something else. */
  nominate(pod: PodFacts, node: NodeState): void {
    this.#withdraw(pod);
    indexed(this.#nominated, node.name).set(pod.uid, pod);
    this.#promised.set(pod.uid, node.name);
  }

  /** Takes back all that was assumed: what came of it, the source says. */
  forgetAssumed(): void {
    for (const { pod, node } of this.#assumed.values()) {
      this.#move({ pod, node, sign: -1 });
      this.observeClaims(node);
      const current = this.#source.get<Pod>({
        resource: 'pods',
        namespace: pod.namespace,
        name: pod.pod.metadata.name,
      });
      if (current?.metadata.uid === pod.uid && this.#rules.isUnassigned(current)) {
        this.#await(podFacts(current));
      }
    }
    this.#assumed.clear();
  }

  /** Runs something with pods taken off a node, or put on it, and then makes everything as it was. */
  suppose<T>(run: (move: (pod: PodFacts, node: NodeState, sign: 1 | -1) => void) => T): T {
    const done: PodMove[] = [];
    const apply = (move: PodMove): void => {
      move.node.claim(move.pod, move.sign);
      this.#move(move);
    };
    const before = new Map<NodeState, { claimed: ClaimedRoom; version: number }>();
    try {
      return run((pod, node, sign) => {
        if (!before.has(node)) before.set(node, { claimed: node.claimed, version: node.version });
        const move = { pod, node, sign };
        done.push(move);
        apply(move);
      });
    } finally {
      for (const { pod, node, sign } of done.reverse()) this.#move({ pod, node, sign: sign === 1 ? -1 : 1 });
      for (const [node, was] of before) node.restore(was);
    }
  }

  /** What filters and scores make of the nodes for such a pod, as of now. */
  shapeOf(pod: PodFacts): PodShape {
    const key = this.shapeKey(pod);
    let shape = this.#shapes.get(key);
    if (!shape || this.#isOutdated(shape)) {
      shape = this.#prepare(pod);
      this.#shapes.delete(key);
      for (const oldest of this.#shapes.keys()) {
        if (this.#shapes.size < mostShapes) break;
        this.#shapes.delete(oldest);
      }
      this.#shapes.set(key, shape);
    }
    this.follow(shape);
    return shape;
  }

  /** Brings a shape up to date that was asked for earlier. */
  follow(shape: PodShape): void {
    shape.follow(this.#moves);
  }

  /** Equal for pods that the same nodes suit equally well. */
  shapeKey(pod: PodFacts): string {
    return shapeKey(pod, this);
  }

  #prepare(pod: PodFacts): PodShape {
    const reads = new Set<string>();
    this.#reading = reads;
    try {
      const at = { preparedAt: this.#otherChanges, moves: this.#moves.length, reads };
      return new PodShape(pod, this, at);
    } finally {
      this.#reading = undefined;
    }
  }

  #isOutdated({ reads, preparedAt }: PodShape): boolean {
    for (const resource of reads) if ((this.#changedAt.get(resource) ?? 0) > preparedAt) return true;
    return false;
  }

  #enter(pod: Pod): void {
    if (this.#rules.isAssigned(pod)) {
      const node = this.#byName.get(pod.spec?.nodeName ?? '');
      if (node) this.#move({ pod: podFacts(pod), node, sign: 1 });
    } else if (this.#rules.isUnassigned(pod)) {
      this.#await(podFacts(pod));
    }
  }

  #await(pod: PodFacts): void {
    this.#found(pod.uid);
    this.unassigned.set(pod.uid, pod);
    if (pod.dependsOnPods) this.#dependents++;
    const node = pod.nominatedNodeName;
    if (node === undefined) return;
    indexed(this.#nominated, node).set(pod.uid, pod);
    this.#promised.set(pod.uid, node);
  }

  #found(uid: string): void {
    if (this.unassigned.get(uid)?.dependsOnPods) this.#dependents--;
    this.unassigned.delete(uid);
  }

  #withdraw({ uid }: Pick<PodFacts, 'uid'>): void {
    const node = this.#promised.get(uid);
    if (node === undefined) return;
    this.#promised.delete(uid);
    this.#nominated.get(node)?.delete(uid);
  }

  #leave(pod: Pod): void {
    if (this.#rules.isAssigned(pod)) {
      const node = this.#byName.get(pod.spec?.nodeName ?? '');
      if (node) this.#move({ pod: podFacts(pod), node, sign: -1 });
    } else {
      const uid = pod.metadata.uid ?? pod.metadata.name;
      this.#found(uid);
      this.#withdraw({ uid });
    }
  }

  /** Claims aside: of them the source keeps account. */
  #move(move: PodMove): void {
    const { pod, node, sign } = move;
    if (sign === 1) node.pods.set(pod.uid, pod);
    else node.pods.delete(pod.uid);
    node.touch();
    if (pod.isAttached) {
      if (sign === 1) this.attachedPods.set(pod.uid, { pod, node });
      else this.attachedPods.delete(pod.uid);
    }
    this.#moves.push(move);
  }
}

function indexed(index: Map<string, Map<string, PodFacts>>, key: string): Map<string, PodFacts> {
  let pods = index.get(key);
  if (!pods) index.set(key, (pods = new Map()));
  return pods;
}

export interface ObservedObject {
  readonly resource: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}
