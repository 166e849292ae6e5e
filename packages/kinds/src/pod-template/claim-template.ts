import {
  checkDns1123Subdomain,
  compareQuantities,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  type ObjectMeta,
  required,
  semanticEqual,
  validateAnnotations,
  validateLabels,
  validateLabelSelector,
} from '@berth/machinery';
import type {
  EphemeralVolumeSource,
  PersistentVolumeClaimSpec,
  TypedObjectReference,
} from '../generated/api-types.ts';
import { invalidFor, validateOptionalEnum, validateRequired } from './field-checks.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateEphemeralVolume(
  { volumeClaimTemplate: template }: EphemeralVolumeSource,
  at: FieldPath,
): FieldError[] {
  const templateAt = at.child('volumeClaimTemplate');
  if (!template) return [required(templateAt)];
  return [
    ...validateTemplateMeta(template.metadata, templateAt.child('metadata')),
    ...validateClaimSpec(template.spec ?? {}, templateAt.child('spec')),
  ];
}

/** A template's metadata is labels and annotations alone. */
function validateTemplateMeta(metadata: ObjectMeta | undefined, at: FieldPath): FieldError[] {
  const { labels, annotations, ...others } = metadata ?? {};
  const set = Object.entries(others).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  return [
    ...validateAnnotations(annotations, at.child('annotations')),
    ...validateLabels(labels, at.child('labels')),
    ...set.map(([field]) => forbidden(at.child(field), 'cannot be set')),
  ];
}

/** What holds for the spec of a claim, also in a template. */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, at: FieldPath): FieldError[] {
  const { storageClassName, volumeAttributesClassName } = spec;
  const errors = [
    ...validateAccessModes(spec.accessModes ?? [], at.child('accessModes')),
    ...validateLabelSelector(spec.selector, at.child('selector')),
    ...validateStorage(spec.resources?.requests?.['storage'], at.child('resources').key('storage')),
    ...validateOptionalEnum(spec.volumeMode, at.child('volumeMode'), ['Block', 'Filesystem']),
    ...validateDataSources(spec, at),
  ];
  for (const [field, name] of Object.entries({ storageClassName, volumeAttributesClassName })) {
    if (name) errors.push(...invalidFor({ at: at.child(field), value: name }, nameIsDnsSubdomain(name)));
  }
  return errors;
}

function validateAccessModes(modes: readonly string[], at: FieldPath): FieldError[] {
  const missing = modes.length === 0 ? [required(at, 'at least 1 access mode is required')] : [];
  return [...missing, ...validateAccessModeSet(modes, at)];
}

/** Access modes that are known, and that go together. */
export function validateAccessModeSet(modes: readonly string[], at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const mode of modes) errors.push(...validateOptionalEnum(mode, at, accessModes));
  const isMixed =
    modes.includes('ReadWriteOncePod') &&
    modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (isMixed) errors.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

function validateStorage(amount: string | undefined, at: FieldPath): FieldError[] {
  if (amount === undefined) return [required(at)];
  return compareQuantities(amount, '0') > 0 ? [] : [invalid(at, amount, 'must be greater than zero')];
}

function validateDataSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  at: FieldPath,
): FieldError[] {
  const errors = [
    ...(dataSource ? validateDataSource(dataSource, at.child('dataSource')) : []),
    ...(dataSourceRef ? validateDataSource(dataSourceRef, at.child('dataSourceRef')) : []),
  ];
  if (!dataSource || !dataSourceRef) return errors;
  if (dataSourceRef.namespace) {
    const detail = 'may not be specified when dataSourceRef.namespace is specified';
    return [...errors, invalid(at, {}, detail)];
  }
  const isSame = (['apiGroup', 'kind', 'name'] as const).every((field) =>
    semanticEqual(dataSource[field], dataSourceRef[field]),
  );
  return isSame ? errors : [...errors, invalid(at, {}, 'must match dataSourceRef')];
}

function validateDataSource(
  { apiGroup: group, kind, name, namespace }: Partial<TypedObjectReference>,
  at: FieldPath,
): FieldError[] {
  const apiGroup = group ?? '';
  const errors = [...validateRequired(name, at.child('name')), ...validateRequired(kind, at.child('kind'))];
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalid(at, kind ?? '', detail));
  }
  if (apiGroup !== '') {
    errors.push(
      ...invalidFor({ at: at.child('apiGroup'), value: apiGroup }, checkDns1123Subdomain(apiGroup)),
    );
  }
  if (!namespace) return errors;
  const field = { at: at.child('namespace'), value: namespace };
  return [...errors, ...invalidFor(field, nameIsDnsLabel(namespace))];
}
