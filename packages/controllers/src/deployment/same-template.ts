import { type PodTemplateSpec, liveGate } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { templateHashLabel } from './deployment-facts.ts';

/** Whether two templates make the same pods, but for what the controller itself adds to the template of a ReplicaSet. */
export function isSameTemplate(left: PodTemplateSpec, right: PodTemplateSpec): boolean {
  return semanticEqual(withoutAdditions(left), withoutAdditions(right));
}

/** The template as a user wrote it. */
export function withoutAdditions(template: PodTemplateSpec): PodTemplateSpec {
  const { metadata, spec } = template;
  const { [templateHashLabel]: _hash, ...labels } = metadata?.labels ?? {};
  const { readinessGates = [], ...rest } = spec ?? {};
  const gates = readinessGates.filter(({ conditionType }) => conditionType !== liveGate);
  return {
    ...template,
    ...(metadata && { metadata: { ...metadata, labels } }),
    ...(spec && { spec: gates.length > 0 ? { ...rest, readinessGates: gates } : rest }),
  };
}
