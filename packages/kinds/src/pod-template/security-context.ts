import {
  byteLength,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  rangeExplanation,
  required,
  tooLong,
} from '@berth/machinery';
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../generated/api-types.ts';
import { containersOf } from './containers-of.ts';
import { validateOptionalEnum } from './field-checks.ts';
import { validateLocalPath } from './paths.ts';
import { validateSysctls } from './sysctls.ts';
import { validateWindowsOptions } from './windows-options.ts';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const maxProfilePathBytes = 4095;

/** A container's security context. `hostUsers` is false for a pod with user ids of its own. */
export function validateSecurityContext(
  context: SecurityContext,
  at: FieldPath,
  { hostUsers }: { readonly hostUsers: boolean },
): FieldError[] {
  const { procMount, seccompProfile, windowsOptions, appArmorProfile } = context;
  return [
    ...validateUserId(context.runAsUser, at.child('runAsUser')),
    ...validateUserId(context.runAsGroup, at.child('runAsGroup')),
    ...validateOptionalEnum(procMount, at.child('procMount'), ['Default', 'Unmasked']),
    ...(procMount === 'Unmasked' && hostUsers
      ? [invalid(at.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`')]
      : []),
    ...validateSeccompProfile(seccompProfile, at.child('seccompProfile')),
    ...validateEscalation(context, at),
    ...(windowsOptions ? validateWindowsOptions(windowsOptions, at.child('windowsOptions')) : []),
    ...validateAppArmorProfile(appArmorProfile, at.child('appArmorProfile')),
  ];
}

function validateEscalation(context: SecurityContext, at: FieldPath): FieldError[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const errors: FieldError[] = [];
  const allow = 'cannot set `allowPrivilegeEscalation` to false and';
  if (context.privileged) errors.push(invalid(at, context, `${allow} \`privileged\` to true`));
  for (const capability of context.capabilities?.add ?? []) {
    if (capability !== 'CAP_SYS_ADMIN') continue;
    errors.push(invalid(at, context, `${allow} \`capabilities.Add\` CAP_SYS_ADMIN`));
  }
  return errors;
}

/** The pod's own security context, with what of the pod stands outside it. */
export function validatePodSecurityContext(
  context: PodSecurityContext,
  at: FieldPath,
  spec: PodSpec,
): FieldError[] {
  const groups = at.child('supplementalGroups');
  const errors = [
    ...validateUserId(context.fsGroup, at.child('fsGroup')),
    ...validateUserId(context.runAsUser, at.child('runAsUser')),
    ...validateUserId(context.runAsGroup, at.child('runAsGroup')),
    ...(context.supplementalGroups ?? []).flatMap((id, index) => validateUserId(id, groups.index(index))),
  ];
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(at.child('shareProcessNamespace'), true, detail));
  }
  const { windowsOptions, seLinuxChangePolicy } = context;
  const fsGroupChangePolicies = ['Always', 'OnRootMismatch'];
  return [
    ...errors,
    ...validateSysctls(context.sysctls ?? [], at.child('sysctls'), spec),
    ...validateOptionalEnum(
      context.fsGroupChangePolicy,
      at.child('fsGroupChangePolicy'),
      fsGroupChangePolicies,
    ),
    ...validateSeccompProfile(context.seccompProfile, at.child('seccompProfile')),
    ...(windowsOptions ? validateWindowsOptions(windowsOptions, at.child('windowsOptions')) : []),
    ...validateAppArmorProfile(context.appArmorProfile, at.child('appArmorProfile')),
    ...validateOptionalEnum(context.supplementalGroupsPolicy, at.child('supplementalGroupsPolicy'), [
      'Merge',
      'Strict',
    ]),
    // Mounting with a label instead is behind a gate that is off.
    ...validateOptionalEnum(seLinuxChangePolicy, at.child('seLinuxChangePolicy'), ['Recursive']),
  ];
}

/** Users and groups alike: what 32 bits with a sign hold. */
export function validateUserId(id: number | undefined, at: FieldPath): FieldError[] {
  const maxId = 2_147_483_647;
  return id === undefined || (id >= 0 && id <= maxId) ? [] : [invalid(at, id, rangeExplanation(0, maxId))];
}

function validateSeccompProfile(profile: SeccompProfile | undefined, at: FieldPath): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const localhostAt = at.child('localhostProfile');
  const errors: FieldError[] = [];
  if (!type) errors.push(required(at.child('type'), 'type is required when seccompProfile is set'));
  else errors.push(...validateOptionalEnum(type, at.child('type'), profileTypes));
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return errors;
    return [...errors, invalid(localhostAt, profile, 'can only be set when seccomp type is Localhost')];
  }
  if (localhostProfile !== undefined) return [...errors, ...validateLocalPath(localhostProfile, localhostAt)];
  return [...errors, required(localhostAt, 'must be set when seccomp type is Localhost')];
}

/** Also the rule by which profiles in annotations become fields. */
export function validateAppArmorProfile(profile: AppArmorProfile | undefined, at: FieldPath): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  if (!type) return [required(at.child('type'), 'type is required when appArmorProfile is set')];
  if (!profileTypes.includes(type)) return [notSupported(at.child('type'), type, profileTypes)];
  const localhostAt = at.child('localhostProfile');
  if (type === 'Localhost') return validateLocalhostProfile(localhostProfile, localhostAt);
  if (localhostProfile === undefined) return [];
  return [invalid(localhostAt, localhostProfile, 'can only be set when AppArmor type is Localhost')];
}

function validateLocalhostProfile(profile: string | undefined, at: FieldPath): FieldError[] {
  const missing = required(at, 'must be set when AppArmor type is Localhost');
  if (profile === undefined) return [missing];
  const errors: FieldError[] = [];
  if (profile.trim() !== profile) errors.push(invalid(at, profile, 'must not be padded with whitespace'));
  else if (profile === '') errors.push(missing);
  return byteLength(profile) > maxProfilePathBytes ? [...errors, tooLong(at, maxProfilePathBytes)] : errors;
}

/** With user ids of its own a pod may not share the host's namespaces, nor raw devices. */
export function validateHostUsers(spec: PodSpec, at: FieldPath): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const detail = 'when `hostUsers` is false';
  return [
    ...(spec.hostNetwork ? [forbidden(at.child('hostNetwork'), detail)] : []),
    ...(spec.hostPID ? [forbidden(at.child('HostPID'), detail)] : []),
    ...(spec.hostIPC ? [forbidden(at.child('HostIPC'), detail)] : []),
    ...containersOf(spec, at)
      .filter(({ container }) => (container.volumeDevices ?? []).length > 0)
      .map((place) => forbidden(place.at.child('volumeDevices'), detail)),
  ];
}
