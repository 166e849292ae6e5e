import { type FieldError, type FieldPath, forbidden, notSupported, required } from '@berth/machinery';
import type { PodSpec } from '../generated/api-types.ts';
import { containersOf } from './containers-of.ts';

const podFieldsNotForWindows = [
  'hostUsers',
  'hostPID',
  'hostIPC',
  'shareProcessNamespace',
] as const satisfies ReadonlyArray<keyof PodSpec>;
const podContextNotForWindows = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const containerContextNotForWindows = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

/** A pod that names its operating system may set nothing that only another has. */
export function validateOperatingSystem(spec: PodSpec, at: FieldPath): FieldError[] {
  if (!spec.os) return [];
  const name: string = spec.os.name ?? '';
  if (name === '') return [required(at.child('os', 'name'))];
  if (name === 'linux') return validateLinux(spec, at);
  if (name === 'windows') return validateWindows(spec, at);
  return [notSupported(at.child('os'), name, ['linux', 'windows'])];
}

function validateLinux(spec: PodSpec, at: FieldPath): FieldError[] {
  const contexts = [{ container: spec, at }, ...containersOf(spec, at)];
  return contexts
    .filter(({ container }) => container.securityContext?.windowsOptions)
    .map((place) =>
      forbidden(
        place.at.child('securityContext', 'windowsOptions'),
        'windows options cannot be set for a linux pod',
      ),
    );
}

function validateWindows(spec: PodSpec, at: FieldPath): FieldError[] {
  const detail = 'cannot be set for a windows pod';
  const context = spec.securityContext ?? {};
  const errors = podContextNotForWindows
    .filter((field) => isSet(context[field]))
    .map((field) => forbidden(at.child('securityContext', field), detail));
  // False is as good as absent for the two that are no pointers upstream.
  for (const field of podFieldsNotForWindows) {
    const isPointer = field === 'hostUsers' || field === 'shareProcessNamespace';
    if (isPointer ? spec[field] !== undefined : spec[field]) errors.push(forbidden(at.child(field), detail));
  }
  for (const { container, at: containerAt } of containersOf(spec, at)) {
    const containerContext = container.securityContext ?? {};
    for (const field of containerContextNotForWindows) {
      if (!isSet(containerContext[field])) continue;
      errors.push(forbidden(containerAt.child('securityContext', field), detail));
    }
  }
  return errors;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
