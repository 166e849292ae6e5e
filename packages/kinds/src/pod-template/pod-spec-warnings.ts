import { type FieldPath, goQuote, type ObjectMeta, semanticEqual } from '@berth/machinery';
import type { PodSpec, Volume } from '../generated/api-types.ts';
import {
  appArmorOfAnnotation,
  appArmorPrefix,
  seccompContainerPrefix,
  seccompPodAnnotation,
} from './annotations.ts';
import { containerWarnings } from './container-warnings.ts';
import { containersOf } from './containers-of.ts';
import { ipWarnings } from './ip-address.ts';
import { nodeLabelWarnings, selectorWarnings } from './node-label-warnings.ts';
import { overlappingPathWarnings } from './overlapping-paths.ts';
import { portWarnings } from './port-warnings.ts';
import { fractionalBytesWarnings } from './fractional-bytes-warnings.ts';
import { deprecatedSourceWarnings } from './deprecated-sources.ts';
import { fieldWarning } from './field-warning.ts';

/** A pod, or a template of pods. */
export interface PodLike {
  readonly metadata?: ObjectMeta;
  readonly spec?: PodSpec;
}

/**
 * What upstream warns of in a pod, or in a template that stands at `at` (`spec.template`): fields that do nothing any
 * more, and mistakes that it cannot refuse because it once accepted them.
 */
export function podSpecWarnings(
  { metadata, spec = {} }: PodLike,
  at: FieldPath,
  { isTemplate }: { readonly isTemplate: boolean },
): string[] {
  const annotations = metadata?.annotations ?? {};
  const specAt = at.child('spec');
  const annotationsAt = at.child('metadata', 'annotations');
  return [
    ...nodeLabelWarnings(spec, specAt),
    ...deprecatedAnnotationWarnings(annotations, annotationsAt),
    ...(spec.volumes ?? []).flatMap((volume, index) =>
      volumeWarnings(volume, specAt.child('volumes').index(index)),
    ),
    ...overlappingPathWarnings(spec.volumes ?? []),
    ...duplicateWarnings(spec, specAt),
    ...['memory', 'ephemeral-storage'].flatMap((name) =>
      fractionalBytesWarnings(spec.overhead?.[name], specAt.child('overhead').key(name)),
    ),
    ...profileWarnings({ annotations, spec }, annotationsAt, { isTemplate }),
    ...containersOf(spec, specAt).flatMap(({ container, at: containerAt }) =>
      containerWarnings(container, containerAt),
    ),
    ...portWarnings(spec, specAt),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [
          fieldWarning(
            specAt.child('terminationGracePeriodSeconds'),
            `must be >= 0; negative values are invalid and will be treated as 1`,
          ),
        ]
      : []),
    ...selectorWarnings(spec.affinity, specAt.child('affinity')),
    ...addressWarnings(spec, specAt),
  ];
}

const deprecatedAnnotations = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
] as const;

function deprecatedAnnotationWarnings(
  annotations: Readonly<Record<string, string>>,
  at: FieldPath,
): string[] {
  return deprecatedAnnotations
    .filter(([annotation]) => annotations[annotation] !== undefined)
    .map(([annotation, message]) => fieldWarning(at.key(annotation), message));
}

function volumeWarnings(volume: Volume, at: FieldPath): string[] {
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec?.resources;
  const claimAt = at.child('ephemeral', 'volumeClaimTemplate', 'spec', 'resources');
  return [
    ...deprecatedSourceWarnings(volume, at),
    ...(['requests', 'limits'] as const).flatMap((kind) => {
      const storage = claim?.[kind]?.['storage'];
      return fractionalBytesWarnings(storage, claimAt.child(kind).key('storage'));
    }),
  ];
}

function duplicateWarnings({ hostAliases = [], imagePullSecrets = [] }: PodSpec, at: FieldPath): string[] {
  const addresses = hostAliases.map(({ ip }) => ip);
  const names = imagePullSecrets.map(({ name }) => name ?? '');
  const aliasAt = (index: number) => at.child('hostAliases').index(index).child('ip');
  const secretAt = (index: number) => at.child('imagePullSecrets').index(index).child('name');
  const isRepeated = <T>(item: T, index: number, list: readonly T[]) => list.indexOf(item) < index;
  return [
    ...addresses.flatMap((ip, index) =>
      isRepeated(ip, index, addresses) ? [fieldWarning(aliasAt(index), `duplicate ip ${goQuote(ip)}`)] : [],
    ),
    ...names.flatMap((name, index) =>
      isRepeated(name, index, names)
        ? [fieldWarning(secretAt(index), `duplicate name ${goQuote(name)}`)]
        : [],
    ),
    ...names.flatMap((name, index) =>
      name === '' ? [fieldWarning(secretAt(index), `invalid empty name ${goQuote(name)}`)] : [],
    ),
  ];
}

/** Annotations that fields have replaced. */
function profileWarnings(
  { annotations, spec }: { annotations: Readonly<Record<string, string>>; spec: PodSpec },
  at: FieldPath,
  { isTemplate }: { readonly isTemplate: boolean },
): string[] {
  const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  const appArmor = 'deprecated since v1.30; use the "appArmorProfile" field instead';
  const pod = spec.securityContext ?? {};
  const warnings: string[] = [];
  if (!pod.seccompProfile && annotations[seccompPodAnnotation] !== undefined) {
    warnings.push(fieldWarning(at.key(seccompPodAnnotation), seccomp));
  }
  for (const { container } of containersOf(spec, at)) {
    const context = container.securityContext ?? {};
    const seccompKey = `${seccompContainerPrefix}${container.name}`;
    if (!context.seccompProfile && annotations[seccompKey] !== undefined) {
      warnings.push(fieldWarning(at.key(seccompKey), seccomp));
    }
    const appArmorKey = `${appArmorPrefix}${container.name}`;
    const annotation = annotations[appArmorKey];
    if (annotation === undefined) continue;
    const profile = appArmorOfAnnotation(annotation);
    const isSaid = profile !== undefined && semanticEqual(profile, pod.appArmorProfile);
    // A pod's annotation has become a field by now; that there is an equal field does not tell whether it was given.
    const isField = isTemplate
      ? context.appArmorProfile !== undefined
      : !semanticEqual(context.appArmorProfile, profile);
    if (!isSaid && !isField) warnings.push(fieldWarning(at.key(appArmorKey), appArmor));
  }
  return warnings;
}

function addressWarnings(spec: PodSpec, at: FieldPath): string[] {
  return [
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((address, index) =>
      ipWarnings(address, at.child('dnsConfig', 'nameservers').index(index)),
    ),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, index) =>
      ipWarnings(ip, at.child('hostAliases').index(index).child('ip')),
    ),
  ];
}
