import { type FieldError, forbidden, type KubeObject, path } from '@berth/machinery';
import type { Pod, PodSpec } from '../generated/api-types.ts';
import { validatePodAnnotations, validateProfilesMatch } from '../pod-template/annotations.ts';
import { validateImagePadding } from '../pod-template/containers.ts';
import { mirrorPodAnnotation } from '../pod-template/resource-claims.ts';
import { validatePodSpec } from '../pod-template/validate-pod-spec.ts';

const specAt = path('spec');

/** All that upstream's `ValidatePodCreate` checks beyond metadata, and what its admission refuses. */
export function validatePodCreate(object: KubeObject): readonly FieldError[] {
  const pod: Pod = object;
  const { spec = {} } = pod;
  const errors = validatePod(pod);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(specAt.child('ephemeralContainers'), 'cannot be set on create'));
  }
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    const detail = 'cannot be set until all schedulingGates have been cleared';
    errors.push(forbidden(specAt.child('nodeName'), detail));
  }
  return [...errors, ...validateProfilesMatch(pod.metadata, spec, specAt)];
}

/** What holds for a pod at any time. */
export function validatePod({ metadata, spec = {} }: Pod): FieldError[] {
  const annotations = metadata.annotations ?? {};
  return [
    ...validatePodAnnotations(annotations, spec, path('metadata', 'annotations')),
    ...validatePodSpec(spec, specAt, {
      isPod: true,
      podName: metadata.name,
      isMirrorPod: annotations[mirrorPodAnnotation] !== undefined,
    }),
    ...validateTokenOwner(spec),
    ...(spec.containers ?? []).flatMap((container, index) =>
      validateImagePadding(container, specAt.child('containers').index(index)),
    ),
    ...(spec.initContainers ?? []).flatMap((container, index) =>
      validateImagePadding(container, specAt.child('initContainers').index(index)),
    ),
  ];
}

/** A token is a service account's. */
function validateTokenOwner(spec: PodSpec): FieldError[] {
  if (spec.serviceAccountName) return [];
  const detail = 'must not be specified when serviceAccountName is not set';
  return (spec.volumes ?? []).flatMap(({ projected }, volume) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, source) => {
      const sourceAt = specAt.child('volumes').index(volume).child('projected', 'sources').index(source);
      return serviceAccountToken ? [forbidden(sourceAt.child('serviceAccountToken'), detail)] : [];
    }),
  );
}
