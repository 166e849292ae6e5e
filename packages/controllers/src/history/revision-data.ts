import type { ControllerRevision, PodTemplateSpec } from '@berth/kinds';
import { withSortedFields } from './sorted-fields.ts';

interface RevisionData {
  readonly spec: { readonly template: PodTemplateSpec & { readonly $patch?: string } };
}

/**
 * What a revision keeps of its owner: a strategic merge patch that puts the template back, whole. This is what
 * `kubectl rollout undo` and `kubectl rollout history` read. Its fields are in the order of their names: clients compare
 * it byte by byte with what they make of the owner.
 */
export function revisionData(template: PodTemplateSpec): RevisionData {
  return { spec: { template: withSortedFields({ $patch: 'replace', ...template }) } };
}

/** The template that a revision holds; undefined for data of another form, which others may have written. */
export function templateOfRevision({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const held: RevisionData['spec']['template'] | undefined = (data as Partial<RevisionData>)?.spec?.template;
  if (typeof held !== 'object' || held === null) return undefined;
  const { $patch: _patch, ...template } = held;
  return template;
}
