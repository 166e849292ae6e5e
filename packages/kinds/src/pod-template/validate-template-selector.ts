import {
  type FieldError,
  type FieldPath,
  invalid,
  type Labels,
  labelSelectorRequirements,
  matchesLabels,
  validateLabelSelector,
} from '@berth/machinery';
import type { LabelSelector, PodTemplateSpec } from '../generated/api-types.ts';

/** The spec of a kind that finds the pods of its template by a selector. */
export interface SelectingSpec {
  readonly selector?: LabelSelector;
  readonly template: PodTemplateSpec;
}

/** A selector must select the pods that the template makes. One that is malformed is refused elsewhere. */
export function validateTemplateSelector({ selector, template }: SelectingSpec, at: FieldPath): FieldError[] {
  if (selector && validateLabelSelector(selector, at).length > 0) return [];
  const labels = template.metadata?.labels;
  // No selector at all selects nothing.
  if (selector && matchesLabels(labels, labelSelectorRequirements(selector))) return [];
  const labelsAt = at.child('template', 'metadata', 'labels');
  return [invalid(labelsAt, labels && sorted(labels), '`selector` does not match template `labels`')];
}

export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

/** As Go prints a map. */
function sorted(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}
