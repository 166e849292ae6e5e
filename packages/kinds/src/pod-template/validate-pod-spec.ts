import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  nameIsDnsSubdomain,
  rangeExplanation,
  required,
  tooLong,
  valueNotFound,
  validateLabels,
} from '@berth/machinery';
import type { PodSpec } from '../generated/api-types.ts';
import { validateAffinity } from './affinity.ts';
import { validateAllContainers } from './containers.ts';
import { containersOf } from './containers-of.ts';
import { validateDnsConfig, validateHostAliases } from './dns.ts';
import {
  invalidFor,
  validateDnsLabel,
  validateDnsSubdomain,
  validateEnum,
  validateOptionalEnum,
  validateQualifiedName,
} from './field-checks.ts';
import { validateOperatingSystem } from './operating-system.ts';
import { validatePodLevelResources } from './pod-level-resources.ts';
import { validateHostNetworkPorts } from './ports.ts';
import { podClaimNames, validatePodResourceClaims } from './resource-claims.ts';
import { validateOverhead } from './resources.ts';
import { validateHostUsers, validatePodSecurityContext } from './security-context.ts';
import { validateTolerations } from './tolerations.ts';
import { validateTopologySpread } from './topology-spread.ts';
import { checkVolumes } from './volumes.ts';
import { validateHostProcess } from './windows-options.ts';

/** Where a spec stands: in a pod, or in a template of pods. */
export interface PodSpecPlace {
  readonly isPod: boolean;
  /** '' in templates. */
  readonly podName: string;
  readonly isMirrorPod: boolean;
}

const maxActiveDeadlineSeconds = 2_147_483_647;
const maxHostnameLength = 64;

/** Everything that upstream's `ValidatePodSpec` checks, after defaults. */
export function validatePodSpec(spec: PodSpec, at: FieldPath, place: PodSpecPlace): FieldError[] {
  const { volumes, errors } = checkVolumes(spec.volumes ?? [], at.child('volumes'), place);
  const podClaims = podClaimNames(spec);
  return [
    ...(spec.terminationGracePeriodSeconds === undefined
      ? [required(at.child('terminationGracePeriodSeconds'))]
      : []),
    ...errors,
    ...validatePodResourceClaims(spec.resourceClaims ?? [], at.child('resourceClaims'), place),
    ...validateAllContainers(at, { spec, volumes, podClaims }),
    ...validatePodLevelResources(spec, at),
    ...validateHostNetworkPorts(spec, at, place),
    ...validateEnum(spec.restartPolicy, at.child('restartPolicy'), ['Always', 'OnFailure', 'Never']),
    ...validateEnum(spec.dnsPolicy, at.child('dnsPolicy'), [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
    ...validateLabels(spec.nodeSelector, at.child('nodeSelector')),
    ...validatePodSecurityContext(spec.securityContext ?? {}, at.child('securityContext'), spec),
    ...validateImagePullSecrets(spec, at.child('imagePullSecrets')),
    ...validateAffinity(spec.affinity, at.child('affinity')),
    ...validateDnsConfig(spec, at.child('dnsConfig')),
    ...validateGates(spec, at),
    ...validateTopologySpread(spec.topologySpreadConstraints ?? [], at.child('topologySpreadConstraints')),
    ...validateHostProcess(spec, at),
    ...validateHostUsers(spec, at),
    ...validateHostnameOverride(spec, at.child('hostnameOverride')),
    ...validateNames(spec, at),
    ...validateTolerations(spec.tolerations ?? [], at.child('tolerations')),
    ...validateHostAliases(spec.hostAliases ?? [], at.child('hostAliases')),
    ...validateClasses(spec, at),
    ...validateOperatingSystem(spec, at),
    ...validateFileKeyVolumes(spec, at),
  ];
}

/** A reference to a secret has a name and nothing else. */
function validateImagePullSecrets({ imagePullSecrets }: PodSpec, at: FieldPath): FieldError[] {
  return (imagePullSecrets ?? []).flatMap((reference, index) => {
    const { name: _name, ...others } = reference;
    if (Object.values(others).every((value) => value === undefined)) return [];
    return [invalid(at.index(index), reference, 'only name may be set')];
  });
}

function validateGates({ readinessGates, schedulingGates }: PodSpec, at: FieldPath): FieldError[] {
  const gatesAt = at.child('schedulingGates');
  const seen = new Set<string>();
  return [
    ...(readinessGates ?? []).flatMap(({ conditionType }, index) =>
      validateQualifiedName(conditionType, at.child('readinessGates').index(index).child('conditionType')),
    ),
    ...(schedulingGates ?? []).flatMap(({ name }, index) => {
      const errors = validateQualifiedName(name, gatesAt.index(index));
      if (seen.has(name)) errors.push(duplicate(gatesAt.index(index), name));
      seen.add(name);
      return errors;
    }),
  ];
}

function validateHostnameOverride(spec: PodSpec, at: FieldPath): FieldError[] {
  const { hostnameOverride: hostname } = spec;
  if (hostname === undefined) return [];
  return [
    ...(spec.setHostnameAsFQDN ? [forbidden(at, 'may not be specified when setHostnameAsFQDN is true')] : []),
    ...(spec.hostNetwork ? [forbidden(at, 'may not be specified when hostNetwork is true')] : []),
    ...(hostname.length > maxHostnameLength ? [tooLong(at, maxHostnameLength)] : []),
    ...validateDnsSubdomain(hostname, at),
  ];
}

function validateNames(spec: PodSpec, at: FieldPath): FieldError[] {
  const { serviceAccountName, nodeName, hostname, subdomain, activeDeadlineSeconds: deadline } = spec;
  const errors: FieldError[] = [];
  for (const [field, name] of Object.entries({ serviceAccountName, nodeName })) {
    if (name) errors.push(...invalidFor({ at: at.child(field), value: name }, nameIsDnsSubdomain(name)));
  }
  if (deadline !== undefined && (deadline < 1 || deadline > maxActiveDeadlineSeconds)) {
    const detail = rangeExplanation(1, maxActiveDeadlineSeconds);
    errors.push(invalid(at.child('activeDeadlineSeconds'), deadline, detail));
  }
  for (const [field, label] of Object.entries({ hostname, subdomain })) {
    if (label) errors.push(...validateDnsLabel(label, at.child(field)));
  }
  return errors;
}

function validateClasses(spec: PodSpec, at: FieldPath): FieldError[] {
  const { priorityClassName, runtimeClassName, preemptionPolicy, overhead } = spec;
  const errors: FieldError[] = [];
  if (priorityClassName)
    errors.push(...validateDnsSubdomain(priorityClassName, at.child('priorityClassName')));
  if (runtimeClassName !== undefined) {
    errors.push(...validateDnsSubdomain(runtimeClassName, at.child('runtimeClassName')));
  }
  const policies = ['PreemptLowerPriority', 'Never'];
  errors.push(...validateOptionalEnum(preemptionPolicy, at.child('preemptionPolicy'), policies));
  return overhead ? [...errors, ...validateOverhead(overhead, at.child('overhead'))] : errors;
}

/** Variables that a file holds: the file's volume is an `emptyDir` of the pod. */
function validateFileKeyVolumes(spec: PodSpec, at: FieldPath): FieldError[] {
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return containersOf(spec, at).flatMap(({ container, at: containerAt }) =>
    (container.env ?? []).flatMap(({ valueFrom }, index) => {
      const name = valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) return [];
      const nameAt = containerAt.child('env').index(index).child('valueFrom', 'fileKeyRef', 'volumeName');
      const volume = volumes.get(name);
      if (!volume) return [valueNotFound(nameAt, name)];
      return volume.emptyDir ? [] : [invalid(nameAt, name, 'referenced volume must be of type emptyDir')];
    }),
  );
}
