import type { TopologySpreadConstraint } from '@berth/kinds';
import { type LabelRequirement, labelSelectorRequirements, matchesLabels } from '@berth/machinery';
import type { NodeFacts } from './candidate.ts';
import { matchesNodeAffinity } from './filters/node-affinity.ts';
import { tolerates } from './filters/taint-toleration.ts';
import type { PodFacts } from './pod-facts.ts';

export const hostnameKey = 'kubernetes.io/hostname';

/** A topology spread constraint of a pod, ready to be counted by. `matchLabelKeys` are in the selector already. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Absent: no pod. */
  readonly selector: readonly LabelRequirement[] | undefined;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export function spreadConstraints(
  constraints: readonly TopologySpreadConstraint[],
  action: TopologySpreadConstraint['whenUnsatisfiable'],
): readonly SpreadConstraint[] {
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map(({ topologyKey, maxSkew, minDomains = 1, labelSelector, nodeAffinityPolicy, nodeTaintsPolicy }) => ({
      topologyKey,
      maxSkew,
      minDomains,
      selector: labelSelector && labelSelectorRequirements(labelSelector),
      honorsAffinity: nodeAffinityPolicy !== 'Ignore',
      honorsTaints: nodeTaintsPolicy === 'Honor',
    }));
}

/** Whether a pod on a node is one of those that the constraint spreads. */
export function isSpread(constraint: SpreadConstraint, pod: PodFacts, namespace: string): boolean {
  if (pod.namespace !== namespace || pod.isTerminating || !constraint.selector) return false;
  return matchesLabels(pod.labels, constraint.selector);
}

/** Whether the pods of a node count for a constraint of this pod. */
export function counts(
  { honorsAffinity, honorsTaints }: SpreadConstraint,
  pod: PodFacts,
  facts: NodeFacts,
): boolean {
  if (honorsAffinity && !matchesNodeAffinity(pod, facts)) return false;
  return !honorsTaints || facts.hardTaints.every((taint) => tolerates(pod.tolerations, taint));
}

/** Whether a node is in a domain of each constraint. */
export function hasAllKeys(constraints: readonly SpreadConstraint[], { labels }: NodeFacts): boolean {
  return constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
}
