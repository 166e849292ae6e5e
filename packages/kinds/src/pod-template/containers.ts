import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  valueNotFound,
} from '@berth/machinery';
import type { Container, PodSpec } from '../generated/api-types.ts';
import { type EphemeralContainerJson, ephemeralContainersOf, isSidecar } from './containers-of.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateDnsLabel, validateEnum, validateRequired } from './field-checks.ts';
import { validateContainerPorts, validateHostPortConflicts } from './ports.ts';
import { validateLifecycle, validateProbes } from './probes.ts';
import { validateResizePolicy } from './resize-policy.ts';
import { validateContainerResources } from './resources.ts';
import { validateInitRestartRules, validateRestartRules } from './restart-rules.ts';
import { validateSecurityContext } from './security-context.ts';
import { validateVolumeDevices, validateVolumeMounts, type VolumesByName } from './volume-mounts.ts';

/** What of the pod its containers depend on. */
export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: VolumesByName;
  readonly podClaims: ReadonlySet<string>;
}

/** All containers of a pod. `at` is that of the spec. */
export function validateAllContainers(at: FieldPath, context: ContainerContext): FieldError[] {
  return [
    ...validateContainers(at.child('containers'), context),
    ...validateInitContainers(at.child('initContainers'), context),
    ...validateEphemeralContainers(at.child('ephemeralContainers'), context),
  ];
}

function validateContainers(at: FieldPath, context: ContainerContext): FieldError[] {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) return [required(at)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const containerAt = at.index(index);
    const found = validateContainer(container, containerAt, context);
    if (names.has(container.name)) found.push(duplicate(containerAt.child('name'), container.name));
    names.add(container.name);
    found.push(...validateHandlers(container, containerAt, context.spec));
    return [...found, ...validateRestartRules(container, containerAt)];
  });
  return [...errors, ...validateHostPortConflicts(containers, at)];
}

function validateInitContainers(at: FieldPath, context: ContainerContext): FieldError[] {
  const names = new Set((context.spec.containers ?? []).map((container) => container.name));
  return (context.spec.initContainers ?? []).flatMap((container, index) => {
    const containerAt = at.index(index);
    const errors = [
      ...validateContainer(container, containerAt, context),
      ...validateInitRestartRules(container, containerAt),
    ];
    if (names.has(container.name)) errors.push(duplicate(containerAt.child('name'), container.name));
    else if (container.name) names.add(container.name);
    errors.push(...validateHostPortConflicts([container], at));
    if (isSidecar(container)) return [...errors, ...validateHandlers(container, containerAt, context.spec)];
    return [
      ...errors,
      ...forbidHandlers(container, containerAt),
      ...forbidRestartOnResize(container, containerAt),
    ];
  });
}

/** Fields that make no sense in a container that is added to a running pod. */
const notInEphemeral = [
  'ports',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const satisfies ReadonlyArray<keyof Container>;

function validateEphemeralContainers(at: FieldPath, context: ContainerContext): FieldError[] {
  const { spec } = context;
  const others = new Set(
    [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name),
  );
  const names = new Set(others);
  return ephemeralContainersOf(spec).flatMap((container, index) => {
    const containerAt = at.index(index);
    const { name, targetContainerName: target } = container;
    const errors = [
      ...validateContainer(container, containerAt, context),
      ...validateImagePadding(container, containerAt),
    ];
    if (names.has(name)) errors.push(duplicate(containerAt.child('name'), name));
    names.add(name);
    if (target && !others.has(target)) {
      errors.push(valueNotFound(containerAt.child('targetContainerName'), target));
    }
    return [...errors, ...forbidInEphemeral(container, containerAt)];
  });
}

function forbidInEphemeral(container: EphemeralContainerJson, at: FieldPath): FieldError[] {
  const detail = 'cannot be set for an Ephemeral Container';
  const fields = notInEphemeral.filter((field) => {
    const value = container[field];
    // Resources are always there, if empty; of other objects the presence counts.
    const mayBeEmpty = field === 'resources' || Array.isArray(value);
    return mayBeEmpty ? Object.keys(value ?? {}).length > 0 : value !== undefined;
  });
  return [
    ...fields.map((field) => forbidden(at.child(field), detail)),
    ...(container.volumeMounts ?? []).flatMap(({ subPath, subPathExpr }, index) => {
      const mountAt = at.child('volumeMounts').index(index);
      return [
        ...(subPath ? [forbidden(mountAt.child('subPath'), detail)] : []),
        ...(subPathExpr ? [forbidden(mountAt.child('subPathExpr'), detail)] : []),
      ];
    }),
  ];
}

/** What containers of every sort have in common. */
function validateContainer(container: Container, at: FieldPath, context: ContainerContext): FieldError[] {
  const { name, securityContext } = container;
  const { spec, volumes, podClaims } = context;
  return [
    ...(name ? validateDnsLabel(name, at.child('name')) : [required(at.child('name'))]),
    ...validateRequired(container.image, at.child('image')),
    ...validateEnum(container.terminationMessagePolicy, at.child('terminationMessagePolicy'), [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...validateContainerPorts(container.ports ?? [], at.child('ports')),
    ...validateEnv(container.env ?? [], at.child('env')),
    ...validateEnvFrom(container.envFrom ?? [], at.child('envFrom')),
    ...validateVolumeMounts(container, at.child('volumeMounts'), volumes),
    ...validateVolumeDevices(container, at.child('volumeDevices'), volumes),
    ...validateEnum(container.imagePullPolicy, at.child('imagePullPolicy'), [
      'Always',
      'IfNotPresent',
      'Never',
    ]),
    ...validateContainerResources(container.resources ?? {}, at.child('resources'), podClaims),
    ...validateResizePolicy(container.resizePolicy ?? [], at.child('resizePolicy'), spec.restartPolicy),
    ...(securityContext
      ? validateSecurityContext(securityContext, at.child('securityContext'), {
          hostUsers: spec.hostUsers !== false,
        })
      : []),
  ];
}

/** Pods are told of padding in an image's name; templates are not. */
export function validateImagePadding({ image = '' }: Container, at: FieldPath): FieldError[] {
  if (image.trim() === image) return [];
  return [invalid(at.child('image'), image, 'must not have leading or trailing whitespace')];
}

function validateHandlers(container: Container, at: FieldPath, spec: PodSpec): FieldError[] {
  const context = { gracePeriodSeconds: spec.terminationGracePeriodSeconds };
  const { lifecycle } = container;
  return [
    ...(lifecycle ? validateLifecycle(lifecycle, at.child('lifecycle'), context) : []),
    ...validateProbes(container, at, context),
  ];
}

function forbidHandlers(container: Container, at: FieldPath): FieldError[] {
  const detail = 'may not be set for init containers without restartPolicy=Always';
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((field) => container[field] !== undefined)
    .map((field) => forbidden(at.child(field), detail));
}

function forbidRestartOnResize(container: Container, at: FieldPath): FieldError[] {
  return (container.resizePolicy ?? []).flatMap(({ restartPolicy }, index) => {
    if (restartPolicy !== 'RestartContainer') return [];
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    return [invalid(at.child('resizePolicy').index(index).child('restartPolicy'), restartPolicy, detail)];
  });
}
