import type { NodeSelectorTerm } from '@berth/kinds';
import { type LabelOperator, meetsRequirement } from '@berth/machinery';
import type { NodeFacts } from '../candidate.ts';
import { type Filter, unresolvable } from './filter.ts';

/** `nodeSelector` and required node affinity. */
export const nodeAffinity: Filter = ({ needs, facts }) => {
  for (const [key, value] of needs.nodeSelector) if (facts.labels[key] !== value) return mismatch;
  const required = needs.affinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return undefined;
  return (required.nodeSelectorTerms ?? []).some((term) => matchesTerm(term, facts)) ? undefined : mismatch;
};

const mismatch = unresolvable("node(s) didn't match Pod's node affinity/selector");

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
