import type { KubeObject } from '@berth/machinery';
import type { NodeState } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';

// oxlint-disable typescript/no-unnecessary-type-parameters -- who asks by resource knows the kind of what comes back
/**
 * What filters and scores may know of the cluster. It is cheap to ask: pods stand by node, kept up as pods are bound.
 * What is read with `get` and `list` is remembered: when an object of that resource changes, what was prepared from it
 * is prepared again.
 */
export interface ClusterFacts {
  readonly nodes: readonly NodeState[];
  node(name: string): NodeState | undefined;
  /** One object; of cluster-scoped resources the namespace is ''. `resource` as in the store: `storageclasses.storage.k8s.io`. */
  get<T extends KubeObject>(key: ObjectKey): T | undefined;
  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[];
  /** Undefined for a namespace that does not exist. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** Pods on nodes that have affinity or anti-affinity to other pods, by uid. */
  readonly attachedPods: ReadonlyMap<string, PlacedPod>;
}

export interface PlacedPod {
  readonly pod: PodFacts;
  readonly node: NodeState;
}

export interface ObjectKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}
