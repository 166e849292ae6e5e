import { posix } from 'node:path';
import {
  compareQuantities,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  nameIsDnsSubdomain,
  notSupported,
  path,
  quantityUnits,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity } from '../generated/api-types.ts';
import { unifiedDiff } from '../pod/unified-diff.ts';
import { validateNodeSelector } from '../pod-template/affinity.ts';
import { validateAccessModeSet } from '../pod-template/claim-template.ts';
import { invalidFor, validateOptionalEnum } from '../pod-template/field-checks.ts';
import { validateVolumeSource, volumeSourceFields } from './validate-volume-source.ts';

const specAt = path('spec');

/** All that upstream's `ValidatePersistentVolume` checks beyond metadata. */
export function validatePersistentVolume(object: KubeObject): readonly FieldError[] {
  const { metadata, spec = {} }: PersistentVolume = object;
  const policyAt = specAt.child('persistentVolumeReclaimPolicy');
  const policy = spec.persistentVolumeReclaimPolicy;
  const isRecycledRoot = spec.hostPath && posix.normalize(spec.hostPath.path) === '/' && policy === 'Recycle';
  return [
    ...((spec.accessModes ?? []).length > 0 ? [] : [required(specAt.child('accessModes'))]),
    ...validateAccessModeSet(spec.accessModes ?? [], specAt.child('accessModes')),
    ...validateCapacity(spec.capacity ?? {}, specAt.child('capacity')),
    ...(policy ? validateOptionalEnum(policy, policyAt, ['Delete', 'Recycle', 'Retain']) : []),
    ...(spec.nodeAffinity ? validateNodeAffinity(spec.nodeAffinity, specAt.child('nodeAffinity')) : []),
    ...validateVolumeSource(spec, specAt, metadata.name),
    ...(isRecycledRoot ? [forbidden(policyAt, "may not be 'recycle' for a hostPath mount of '/'")] : []),
    ...validateClassName(spec.storageClassName, specAt.child('storageClassName')),
    ...validateOptionalEnum(spec.volumeMode, specAt.child('volumeMode'), ['Block', 'Filesystem']),
    ...validateAttributesClass(spec),
  ];
}

/** What stays as it was made. */
export function validatePersistentVolumeUpdate(
  nextObject: KubeObject,
  currentObject: KubeObject,
): readonly FieldError[] {
  const { spec: next = {} }: PersistentVolume = nextObject;
  const { spec: old = {} }: PersistentVolume = currentObject;
  const errors = [...validatePersistentVolume(nextObject)];
  const [before, after] = [sourceOf(old), sourceOf(next)];
  if (before.csi && after.csi && before.csi.controllerExpandSecretRef === undefined) {
    const { controllerExpandSecretRef: _settable, ...csi } = after.csi;
    after.csi = csi;
  }
  if (!semanticEqual(after, before)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${unifiedDiff(before, after)}`;
    errors.push(forbidden(specAt.child('persistentvolumesource'), detail));
  }
  if (next.volumeMode !== old.volumeMode)
    errors.push(invalid(path('volumeMode'), next.volumeMode, 'field is immutable'));
  if (old.nodeAffinity && !isSameAffinity(next.nodeAffinity, old.nodeAffinity))
    errors.push(invalid(path('nodeAffinity'), next.nodeAffinity ?? null, 'field is immutable'));
  if (old.volumeAttributesClassName !== undefined && next.volumeAttributesClassName === undefined) {
    const detail = 'update from non-nil value to nil is forbidden';
    errors.push(forbidden(specAt.child('volumeAttributesClassName'), detail));
  }
  return errors;
}

function validateCapacity(capacity: Readonly<Record<string, string>>, at: FieldPath): FieldError[] {
  const names = Object.keys(capacity);
  const isStorageAlone = names.length === 1 && names[0] === 'storage';
  return [
    ...(names.length === 0 ? [required(at)] : []),
    ...(isStorageAlone ? [] : [notSupported(at, capacity, ['storage'])]),
    ...Object.entries(capacity).flatMap(([name, amount]) => validateAmount(amount, at.key(name))),
  ];
}

function validateAmount(amount: string, at: FieldPath): FieldError[] {
  const sign = compareQuantities(amount, '0');
  return [
    ...(sign < 0 ? [invalid(at, quantityUnits(amount), 'must be a valid resource quantity')] : []),
    ...(sign > 0 ? [] : [invalid(at, amount, 'must be greater than zero')]),
  ];
}

function validateNodeAffinity({ required: needed }: VolumeNodeAffinity, at: FieldPath): FieldError[] {
  const requiredAt = at.child('required');
  if (!needed) return [required(requiredAt, 'must specify required node constraints')];
  return validateNodeSelector(needed, requiredAt);
}

function validateClassName(name: string | undefined, at: FieldPath): FieldError[] {
  return name ? invalidFor({ at, value: name }, nameIsDnsSubdomain(name)) : [];
}

function validateAttributesClass({
  volumeAttributesClassName: name,
  csi,
}: PersistentVolumeSpec): FieldError[] {
  if (name === undefined || name === null) return [];
  const at = specAt.child('volumeAttributesClassName');
  const detail = 'has to be specified when using volumeAttributesClassName';
  return [
    ...(name === '' ? [required(at, 'an empty string is disallowed')] : validateClassName(name, at)),
    ...(csi ? [] : [required(specAt.child('csi'), detail)]),
  ];
}

function sourceOf(spec: PersistentVolumeSpec): Partial<PersistentVolumeSpec> {
  return Object.fromEntries(volumeSourceFields.map((field) => [field, spec[field]]));
}

/** Labels may change from their old names to those that they have now. */
const renamedLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
};

function isSameAffinity(next: VolumeNodeAffinity | undefined, old: VolumeNodeAffinity): boolean {
  return semanticEqual(next, old) || semanticEqual(next, withNewLabels(old));
}

function withNewLabels({ required: needed, ...rest }: VolumeNodeAffinity): VolumeNodeAffinity {
  if (!needed) return rest;
  const nodeSelectorTerms = (needed.nodeSelectorTerms ?? []).map((term) => ({
    ...term,
    ...(term.matchExpressions && {
      matchExpressions: term.matchExpressions.map((expression) => ({
        ...expression,
        key: renamedLabels[expression.key] ?? expression.key,
      })),
    }),
  }));
  return { ...rest, required: { ...needed, nodeSelectorTerms } };
}
