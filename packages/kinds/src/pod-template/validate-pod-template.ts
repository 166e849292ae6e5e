import {
  type FieldError,
  type FieldPath,
  forbidden,
  validateAnnotations,
  validateLabels,
} from '@berth/machinery';
import type { PodTemplateSpec } from '../generated/api-types.ts';
import { validatePodAnnotations, validateProfilesMatch } from './annotations.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

/** A template of pods in any kind, after defaults: all that upstream's `ValidatePodTemplateSpec` checks. */
export function validatePodTemplate(template: PodTemplateSpec, at: FieldPath): FieldError[] {
  const { metadata, spec = {} } = template;
  const specAt = at.child('spec');
  const annotationsAt = at.child('annotations');
  return [
    ...validateLabels(metadata?.labels, at.child('labels')),
    ...validateAnnotations(metadata?.annotations, annotationsAt),
    ...validatePodAnnotations(metadata?.annotations ?? {}, spec, annotationsAt),
    ...validatePodSpec(spec, specAt, { isPod: false, podName: '', isMirrorPod: false }),
    ...validateProfilesMatch(metadata, spec, specAt),
    ...((spec.ephemeralContainers ?? []).length > 0
      ? [forbidden(specAt.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}
