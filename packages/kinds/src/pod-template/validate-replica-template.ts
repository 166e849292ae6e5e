import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  labelSelectorRequirements,
  matchesLabels,
  notSupported,
  validateLabelSelector,
} from '@berth/machinery';
import type { LabelSelector, PodTemplateSpec } from '../generated/api-types.ts';
import { validatePodTemplate } from './validate-pod-template.ts';

/**
 * A template of pods that are kept at a number for ever: the selector finds them, and they never end by themselves. All
 * that upstream's `ValidatePodTemplateSpecForReplicaSet` checks; what is wrong with the selector itself is said elsewhere.
 */
export function validateReplicaTemplate(
  { selector, template }: { readonly selector?: LabelSelector; readonly template: PodTemplateSpec },
  specAt: FieldPath,
): FieldError[] {
  const selectorAt = specAt.child('selector');
  if (selector && validateLabelSelector(selector, selectorAt).length > 0) {
    return [invalid(selectorAt, selector, 'invalid label selector')];
  }
  const at = specAt.child('template');
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  const errors = [...validateSelected(template, { at, selector }), ...validatePodTemplate(template, at)];
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(at.child('spec', 'restartPolicy'), restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden(at.child('spec', 'activeDeadlineSeconds'), detail));
  }
  return errors;
}

function validateSelected(
  { metadata }: PodTemplateSpec,
  { at, selector }: { readonly at: FieldPath; readonly selector: LabelSelector | undefined },
): FieldError[] {
  if (!selector || matchesLabels(metadata?.labels, labelSelectorRequirements(selector))) return [];
  const detail = '`selector` does not match template `labels`';
  return [invalid(at.child('metadata', 'labels'), metadata?.labels, detail)];
}
