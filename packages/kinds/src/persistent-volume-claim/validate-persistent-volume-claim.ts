import {
  compareQuantities,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  path,
  quantityUnits,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../generated/api-types.ts';
import { unifiedDiff } from '../pod/unified-diff.ts';
import { validateClaimSpec } from '../pod-template/claim-template.ts';
import { validateQualifiedName } from '../pod-template/field-checks.ts';
import { classAnnotation } from '../storage-class/class-of.ts';

const specAt = path('spec');
const statusAt = path('status');

export function validatePersistentVolumeClaim(object: KubeObject): readonly FieldError[] {
  return validateClaimSpec(object.spec ?? {}, specAt);
}

/**
 * A claim stays as it was made, so that nobody gets around quotas and ranges: but for the volume that it is bound to,
 * once; the class that it did not have; and, when it is bound, what it requests. As upstream's
 * `ValidatePersistentVolumeClaimUpdate`.
 */
export function validatePersistentVolumeClaimUpdate(
  nextObject: KubeObject,
  currentObject: KubeObject,
): readonly FieldError[] {
  const next: PersistentVolumeClaim = nextObject;
  const current: PersistentVolumeClaim = currentObject;
  const [spec, old] = [next.spec ?? {}, current.spec ?? {}];
  const comparable = { ...spec, ...keptFields(next, current) };
  const before = old.volumeName ? old : { ...old, ...optional('volumeName', spec.volumeName) };
  const errors = [...validatePersistentVolumeClaim(next), ...validateClassAnnotation(next, current)];
  if (!semanticEqual(comparable, before)) {
    const rule =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden(specAt, `${rule}\n${unifiedDiff(before, comparable)}`));
  }
  errors.push(...validateSize(next, current));
  if (spec.volumeMode !== old.volumeMode)
    errors.push(invalid(path('volumeMode'), spec.volumeMode, 'field is immutable'));
  return [...errors, ...validateAttributesClass(spec, old)];
}

/** What may change, as it was. */
function keptFields(
  next: PersistentVolumeClaim,
  current: PersistentVolumeClaim,
): Partial<PersistentVolumeClaimSpec> {
  const [spec, old] = [next.spec ?? {}, current.spec ?? {}];
  const kept: Partial<PersistentVolumeClaimSpec> = {};
  if (mayGetClass(next, current)) Object.assign(kept, { storageClassName: old.storageClassName });
  if (next.status?.phase !== 'Bound') return kept;
  const storage = old.resources?.requests?.['storage'];
  if (spec.resources?.requests && storage !== undefined) {
    kept.resources = { ...spec.resources, requests: { ...spec.resources.requests, storage } };
  }
  if (spec.volumeAttributesClassName !== undefined) {
    Object.assign(kept, { volumeAttributesClassName: old.volumeAttributesClassName });
  }
  return kept;
}

/** A claim without a class may get one: the default one, or that of its annotation. */
function mayGetClass(next: PersistentVolumeClaim, current: PersistentVolumeClaim): boolean {
  const name = next.spec?.storageClassName;
  if (typeof name !== 'string' || typeof current.spec?.storageClassName === 'string') return false;
  const annotated = current.metadata.annotations?.[classAnnotation];
  return annotated === undefined || annotated === name;
}

function validateClassAnnotation(next: PersistentVolumeClaim, current: PersistentVolumeClaim): FieldError[] {
  const [after, before] = [next, current].map(
    ({ metadata }) => metadata.annotations?.[classAnnotation] ?? '',
  );
  const isMoved = after === '' && before !== '' && mayGetClass(next, current);
  if (after === before || isMoved) return [];
  return [invalid(path('metadata', 'annotations', classAnnotation), after, 'field is immutable')];
}

function validateSize(next: PersistentVolumeClaim, current: PersistentVolumeClaim): FieldError[] {
  const requested = next.spec?.resources?.requests?.['storage'] ?? '0';
  if (compareQuantities(requested, current.spec?.resources?.requests?.['storage'] ?? '0') >= 0) return [];
  if (compareQuantities(requested, current.status?.capacity?.['storage'] ?? '0') > 0) return [];
  const at = specAt.child('resources', 'requests', 'storage');
  return [forbidden(at, 'field can not be less than status.capacity')];
}

function validateAttributesClass(
  { volumeAttributesClassName: next }: PersistentVolumeClaimSpec,
  { volumeAttributesClassName: old }: PersistentVolumeClaimSpec,
): FieldError[] {
  if (typeof old !== 'string' || next) return [];
  const to = next === undefined || next === null ? 'nil' : 'an empty string';
  return [
    forbidden(specAt.child('volumeAttributesClassName'), `update from non-nil value to ${to} is forbidden`),
  ];
}

/** All that upstream's `ValidatePersistentVolumeClaimStatusUpdate` checks beyond metadata. */
export function validatePersistentVolumeClaimStatus(object: KubeObject): readonly FieldError[] {
  const { spec = {}, status = {} }: PersistentVolumeClaim = object;
  return [
    ...((spec.accessModes ?? []).length > 0 ? [] : [required(path('Spec', 'accessModes'))]),
    ...validateAmounts(status.capacity, statusAt.child('capacity')),
    ...Object.keys(status.allocatedResourceStatuses ?? {}).flatMap((name) =>
      validateResourceName(name, statusAt.child('allocatedResourceStatus')),
    ),
    ...Object.keys(status.allocatedResources ?? {}).flatMap((name) =>
      validateResourceName(name, statusAt.child('allocatedResources')),
    ),
    ...validateAmounts(status.allocatedResources, statusAt.child('allocatedResources')),
  ];
}

function validateAmounts(amounts: Readonly<Record<string, string>> | undefined, at: FieldPath): FieldError[] {
  return Object.entries(amounts ?? {}).flatMap(([name, amount]) =>
    compareQuantities(amount, '0') < 0
      ? [invalid(at.key(name), quantityUnits(amount), 'must be a valid resource quantity')]
      : [],
  );
}

function validateResourceName(name: string, at: FieldPath): FieldError[] {
  return name === 'storage' ? [] : validateQualifiedName(name, at.key(name));
}

function optional<K extends string>(field: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [field]: value } as Record<K, string>);
}
