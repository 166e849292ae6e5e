import {
  copyJson,
  type FieldError,
  forbidden,
  invalid,
  type KubeObject,
  path,
  rangeExplanation,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { Container, Pod, PodSchedulingGate, PodSpec } from '../generated/api-types.ts';
import { validateImagePadding } from '../pod-template/containers.ts';
import { validateTolerationUpdate } from '../pod-template/tolerations.ts';
import { validateAnnotationUpdate } from './annotation-update.ts';
import { unifiedDiff } from './unified-diff.ts';
import { validatePlacementUpdate } from './gated-pod-update.ts';
import { validatePod } from './validate-pod.ts';

const specAt = path('spec');
const maxActiveDeadlineSeconds = 2_147_483_647;

const updatableFields = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** All that upstream's `ValidatePodUpdate` checks beyond metadata: of a pod's spec hardly anything may change. */
export function validatePodUpdate(nextObject: KubeObject, currentObject: KubeObject): readonly FieldError[] {
  const next: Pod = nextObject;
  const current: Pod = currentObject;
  const [spec, old] = [next.spec ?? {}, current.spec ?? {}];
  const errors = [...validatePod(next), ...validateAnnotationUpdate(next, current)];
  for (const field of ['containers', 'initContainers'] as const) {
    const [list, oldList] = [spec[field] ?? [], old[field] ?? []];
    if (list.length !== oldList.length) {
      return [...errors, forbidden(specAt.child(field), 'pod updates may not add or remove containers')];
    }
    errors.push(...validateImages(list, field));
  }
  const deadline = validateDeadline(spec, old);
  if (deadline.isFinal) return [...errors, ...deadline.errors];
  return [
    ...errors,
    ...deadline.errors,
    ...validateTolerationUpdate(spec.tolerations ?? [], old.tolerations ?? [], specAt.child('tolerations')),
    ...validateGates(spec.schedulingGates ?? [], old.schedulingGates ?? []),
    ...validateRest(spec, old),
  ];
}

function validateImages(containers: readonly Container[], field: string): FieldError[] {
  return containers.flatMap((container, index) => {
    const at = specAt.child(field).index(index);
    return container.image ? validateImagePadding(container, at) : [required(at.child('image'))];
  });
}

/** The deadline can only come closer. Upstream looks no further at an update that has it wrong. */
function validateDeadline(
  { activeDeadlineSeconds: next }: PodSpec,
  { activeDeadlineSeconds: current }: PodSpec,
): { readonly errors: readonly FieldError[]; readonly isFinal: boolean } {
  const at = specAt.child('activeDeadlineSeconds');
  if (next === undefined) {
    if (current === undefined) return { errors: [], isFinal: false };
    const detail = 'must not update from a positive integer to nil value';
    return { errors: [invalid(at, undefined, detail)], isFinal: false };
  }
  if (next < 0 || next > maxActiveDeadlineSeconds) {
    return { errors: [invalid(at, next, rangeExplanation(0, maxActiveDeadlineSeconds))], isFinal: true };
  }
  if (current === undefined || next <= current) return { errors: [], isFinal: false };
  return { errors: [invalid(at, next, 'must be less than or equal to previous value')], isFinal: true };
}

function validateGates(
  next: readonly PodSchedulingGate[],
  current: readonly PodSchedulingGate[],
): FieldError[] {
  const known = new Set(current.map((gate) => gate.name));
  return next.flatMap(({ name }, index) => {
    if (known.has(name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbidden(specAt.child('schedulingGates').index(index).child('name'), detail)];
  });
}

/** With all that may change put back, nothing may be left that differs. */
function validateRest(spec: PodSpec, old: PodSpec): FieldError[] {
  if (semanticEqual(spec, old)) return [];
  const rest = copyJson(spec);
  for (const field of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (rest[field] ?? []).entries()) {
      restore(container, old[field]?.[index] ?? container, 'image');
    }
  }
  restore(rest, old, 'activeDeadlineSeconds');
  restore(rest, old, 'schedulingGates');
  restore(rest, old, 'tolerations');
  const isGated = (old.schedulingGates ?? []).length > 0;
  const errors = isGated ? validatePlacementUpdate(rest, old) : [];
  if (semanticEqual(rest, old)) return errors;
  const detail = `pod updates may not change fields other than ${updatableFields}\n${unifiedDiff(old, rest)}`;
  return [...errors, forbidden(specAt, detail)];
}

function restore<T extends object>(target: T, source: T, field: keyof T): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}
