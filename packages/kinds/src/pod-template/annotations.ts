import {
  type FieldError,
  type FieldPath,
  forbidden,
  goQuote,
  invalid,
  type ObjectMeta,
} from '@berth/machinery';
import type { AppArmorProfile, PodSpec, SeccompProfile } from '../generated/api-types.ts';
import { containersOf } from './containers-of.ts';
import { validateLocalPath } from './paths.ts';
import { mirrorPodAnnotation } from './resource-claims.ts';

/** Annotations that once stood for fields of the security context, by pod and by container. */
export const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
export const seccompContainerPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

type Annotations = Readonly<Record<string, string>>;

/** Annotations of a pod or template that Kubernetes itself reads. `at` is that of the annotations. */
export function validatePodAnnotations(annotations: Annotations, spec: PodSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const mirrored = annotations[mirrorPodAnnotation];
  if (mirrored !== undefined && !spec.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(at.key(mirrorPodAnnotation), mirrored, detail));
  }
  const cost = annotations[deletionCostAnnotation];
  if (cost !== undefined && !isDeletionCost(cost)) {
    errors.push(invalid(at.key(deletionCostAnnotation), cost, 'must be a 32bit integer'));
  }
  return [...errors, ...validateSeccomp(annotations, at), ...validateAppArmor(annotations, spec, at)];
}

function isDeletionCost(value: string): boolean {
  if (!/^(?:0|-?[1-9]\d*)$/.test(value)) return false;
  return Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31;
}

function validateSeccomp(annotations: Annotations, at: FieldPath): FieldError[] {
  return Object.entries(annotations)
    .filter(([key]) => key === seccompPodAnnotation || key.startsWith(seccompContainerPrefix))
    .flatMap(([key, profile]) => {
      if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
      if (!profile.startsWith('localhost/')) {
        return [invalid(at.child(key), profile, 'must be a valid seccomp profile')];
      }
      return validateLocalPath(profile.slice('localhost/'.length), at.child(key));
    });
}

function validateAppArmor(annotations: Annotations, spec: PodSpec, at: FieldPath): FieldError[] {
  const names = new Set(containersOf(spec, at).map(({ container }) => container.name));
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(appArmorPrefix))
    .flatMap(([key, profile]) => {
      const container = key.slice(appArmorPrefix.length);
      const errors = names.has(container) ? [] : [invalid(at.key(key), container, 'container not found')];
      if (['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith('localhost/')) {
        return errors;
      }
      const detail = `invalid AppArmor profile name: ${goQuote(profile)}`;
      return [...errors, invalid(at.key(key), profile, detail)];
    });
}

/** The profile that an AppArmor annotation stands for; undefined for one that stands for none. */
export function appArmorOfAnnotation(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const localhostProfile = annotation.startsWith('localhost/') ? annotation.slice('localhost/'.length) : '';
  return localhostProfile === '' ? undefined : { type: 'Localhost', localhostProfile };
}

/** Where a profile is given both ways, both must say the same. `at` is that of the spec. */
export function validateProfilesMatch(
  metadata: ObjectMeta | undefined,
  spec: PodSpec,
  at: FieldPath,
): FieldError[] {
  const annotations = metadata?.annotations ?? {};
  const pod = spec.securityContext ?? {};
  const isWindows = spec.os?.name === 'windows';
  const errors = seccompMismatch(
    pod.seccompProfile,
    annotations[seccompPodAnnotation],
    at.child('securityContext', 'seccompProfile'),
  );
  const containers = containersOf(spec, at);
  for (const { container, at: containerAt } of containers) {
    const annotation = annotations[`${seccompContainerPrefix}${container.name}`];
    const profileAt = containerAt.child('securityContext', 'seccompProfile');
    errors.push(...seccompMismatch(container.securityContext?.seccompProfile, annotation, profileAt));
  }
  for (const { container, at: containerAt } of isWindows ? [] : containers) {
    const annotation = annotations[`${appArmorPrefix}${container.name}`];
    const profileAt = containerAt.child('securityContext', 'appArmorProfile');
    const profile = container.securityContext?.appArmorProfile ?? pod.appArmorProfile;
    errors.push(...profileMismatch({ profile, annotation, what: 'apparmor' }, profileAt));
  }
  return errors;
}

function seccompMismatch(
  profile: SeccompProfile | undefined,
  annotation: string | undefined,
  at: FieldPath,
): FieldError[] {
  const spelled = annotation === 'docker/default' ? 'runtime/default' : annotation;
  return profileMismatch({ profile, annotation: spelled, what: 'seccomp' }, at);
}

interface ProfileTwice {
  readonly profile: SeccompProfile | AppArmorProfile | undefined;
  readonly annotation: string | undefined;
  readonly what: 'seccomp' | 'apparmor';
}

function profileMismatch({ profile, annotation, what }: ProfileTwice, at: FieldPath): FieldError[] {
  if (!profile || annotation === undefined) return [];
  const typeError = forbidden(at.child('type'), `${what} type in annotation and field must match`);
  if (profile.type === 'Unconfined') return annotation === 'unconfined' ? [] : [typeError];
  if (profile.type === 'RuntimeDefault') return annotation === 'runtime/default' ? [] : [typeError];
  if (profile.type !== 'Localhost') return [];
  if (!annotation.startsWith('localhost/')) return [typeError];
  if (annotation === `localhost/${profile.localhostProfile ?? '/'}`) return [];
  return [forbidden(at.child('localhostProfile'), `${what} profile in annotation and field must match`)];
}
