import type { NodeSelectorTerm } from '@berth/kinds';
import { type LabelOperator, meetsRequirement } from '@berth/machinery';
import type { NodeFacts } from '../candidate.ts';
import type { PodFacts } from '../pod-facts.ts';
import { type Filter, unresolvable } from './filter.ts';

const mismatch = unresolvable("node(s) didn't match Pod's node affinity/selector");

/** `nodeSelector` and required node affinity. */
export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  prepare: (pod) =>
    hasNodeAffinity(pod)
      ? { check: ({ facts }) => (matchesNodeAffinity(pod, facts) ? undefined : mismatch) }
      : undefined,
};

function hasNodeAffinity({ nodeSelector, affinity }: PodFacts): boolean {
  return Object.keys(nodeSelector).length > 0 || affinity?.nodeAffinity?.[required] !== undefined;
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Whether the node is one that the pod's node selector and required node affinity allow. */
export function matchesNodeAffinity(
  { nodeSelector, affinity }: Pick<PodFacts, 'nodeSelector' | 'affinity'>,
  facts: NodeFacts,
): boolean {
  for (const key of Object.keys(nodeSelector)) if (facts.labels[key] !== nodeSelector[key]) return false;
  const terms = affinity?.nodeAffinity?.[required];
  return !terms || (terms.nodeSelectorTerms ?? []).some((term) => matchesTerm(term, facts));
}

type NodeSelectorRequirement = NonNullable<NodeSelectorTerm['matchExpressions']>[number];

const operators: Readonly<Record<NodeSelectorRequirement['operator'], LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

/** All of a term's requirements must hold. A term without any matches no node. */
export function matchesTerm(term: NodeSelectorTerm, facts: NodeFacts): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return meetAll(matchExpressions, facts.labels) && meetAll(matchFields, { 'metadata.name': facts.name });
}

function meetAll(
  requirements: readonly NodeSelectorRequirement[],
  values: Readonly<Record<string, string>>,
): boolean {
  return requirements.every((requirement) => {
    const operator = operators[requirement.operator];
    return meetsRequirement(values, { key: requirement.key, operator, values: requirement.values ?? [] });
  });
}
