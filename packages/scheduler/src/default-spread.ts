import type { ReplicaSet, Service } from '@berth/kinds';
import { type LabelRequirement, labelSelectorRequirements, matchesLabels } from '@berth/machinery';
import type { ClusterFacts } from './cluster-facts.ts';
import type { PodFacts } from './pod-facts.ts';
import { hostnameKey, type SpreadConstraint } from './spread-constraint.ts';

const zoneKey = 'topology.kubernetes.io/zone';

/** The controllers whose pods are spread, by kind. */
const owners: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  StatefulSet: 'statefulsets.apps',
};

/**
 * How pods without constraints of their own are spread, softly: those of the same Services and the same controller over
 * nodes and zones. https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints
 */
export function defaultSpread(pod: PodFacts, cluster: ClusterFacts): readonly SpreadConstraint[] {
  const selector = selectorOf(pod, cluster);
  if (selector.length === 0) return [];
  const common = { selector, minDomains: 1, honorsAffinity: true, honorsTaints: false };
  return [
    { ...common, topologyKey: hostnameKey, maxSkew: 3 },
    { ...common, topologyKey: zoneKey, maxSkew: 5 },
  ];
}

/** Pods with the same answer are spread together; undefined: not at all. */
export function defaultSpreadShape(pod: PodFacts, cluster: ClusterFacts): unknown {
  const owner = controllerOf(pod);
  if (owner && owners[owner.kind] !== undefined) return owner.uid;
  return cluster.list('services', pod.namespace).length > 0 ? (owner?.uid ?? pod.labels) : undefined;
}

function selectorOf(pod: PodFacts, cluster: ClusterFacts): readonly LabelRequirement[] {
  const ofServices = cluster.list<Service>('services', pod.namespace).flatMap(({ spec }) => {
    const matchLabels = spec?.selector ?? {};
    if (Object.keys(matchLabels).length === 0) return [];
    const requirements = labelSelectorRequirements({ matchLabels });
    return matchesLabels(pod.labels, requirements) ? requirements : [];
  });
  return [...ofServices, ...ownersSelector(pod, cluster)];
}

function ownersSelector(pod: PodFacts, cluster: ClusterFacts): readonly LabelRequirement[] {
  const owner = controllerOf(pod);
  const resource = owner && owners[owner.kind];
  if (!owner || resource === undefined) return [];
  // A replication controller's selector is a plain set of labels; the others have the same one.
  const found = cluster.get<ReplicaSet>({ resource, namespace: pod.namespace, name: owner.name });
  const selector = found?.spec?.selector;
  if (!selector) return [];
  const isPlain = owner.kind === 'ReplicationController';
  const matchLabels = selector as Readonly<Record<string, string>>;
  return labelSelectorRequirements(isPlain ? { matchLabels } : selector);
}

function controllerOf({ pod }: PodFacts) {
  return pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
}
