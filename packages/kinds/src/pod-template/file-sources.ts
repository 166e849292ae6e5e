import {
  checkDns1123Subdomain,
  compareQuantities,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  nameIsDnsSubdomain,
  notSupported,
  required,
  tooLong,
} from '@berth/machinery';
import type {
  ConfigMapVolumeSource,
  CSIVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  GitRepoVolumeSource,
  HostPathVolumeSource,
  KeyToPath,
  SecretVolumeSource,
} from '../generated/api-types.ts';
import { validateFieldSelector, validateResourceFieldSelector } from './downward-api.ts';
import { invalidFor, validateFileMode, validateRequired } from './field-checks.ts';
import { validateLocalNonReservedPath, validateLocalPath, validateNoBacksteps } from './paths.ts';

export function validateEmptyDir({ sizeLimit }: EmptyDirVolumeSource, at: FieldPath): FieldError[] {
  if (sizeLimit === undefined || compareQuantities(sizeLimit, '0') >= 0) return [];
  return [forbidden(at.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity')];
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export function validateHostPath(
  { path, type = '' as never }: HostPathVolumeSource,
  at: FieldPath,
): FieldError[] {
  if (!path) return [required(at.child('path'))];
  const errors = validateNoBacksteps(path, at.child('path'));
  if (hostPathTypes.includes(type)) return errors;
  return [...errors, notSupported(at.child('type'), type, hostPathTypes)];
}

export function validateGitRepo({ repository, directory }: GitRepoVolumeSource, at: FieldPath): FieldError[] {
  return [
    ...validateRequired(repository, at.child('repository')),
    ...validateLocalPath(directory ?? '', at.child('directory')),
  ];
}

export function validateSecretVolume(source: SecretVolumeSource, at: FieldPath): FieldError[] {
  return [
    ...validateRequired(source.secretName, at.child('secretName')),
    ...validateFileMode(source.defaultMode, at.child('defaultMode')),
    ...validateItems(source.items, at.child('items')),
  ];
}

export function validateConfigMapVolume(source: ConfigMapVolumeSource, at: FieldPath): FieldError[] {
  return [
    ...validateRequired(source.name, at.child('name')),
    ...validateFileMode(source.defaultMode, at.child('defaultMode')),
    ...validateItems(source.items, at.child('items')),
  ];
}

/** Which keys become which files. */
export function validateItems(items: readonly KeyToPath[] | undefined, at: FieldPath): FieldError[] {
  return (items ?? []).flatMap(({ key, path, mode }, index) => [
    ...validateRequired(key, at.index(index).child('key')),
    ...validateRequired(path, at.index(index).child('path')),
    ...validateLocalNonReservedPath(path ?? '', at.index(index).child('path')),
    ...validateFileMode(mode, at.index(index).child('mode')),
  ]);
}

export function validateDownwardVolume(source: DownwardAPIVolumeSource, at: FieldPath): FieldError[] {
  return [
    ...validateFileMode(source.defaultMode, at.child('defaultMode')),
    // Upstream's errors do not say which of the items it was.
    ...(source.items ?? []).flatMap((file) => validateDownwardFile(file, at)),
  ];
}

const volumeFieldPaths = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

export function validateDownwardFile(file: DownwardAPIVolumeFile, at: FieldPath): FieldError[] {
  const { fieldRef, resourceFieldRef, mode } = file;
  const path = file.path ?? '';
  const errors = [
    ...validateRequired(path, at.child('path')),
    ...validateLocalNonReservedPath(path, at.child('path')),
  ];
  if (fieldRef) {
    errors.push(...validateFieldSelector(fieldRef, at.child('fieldRef'), volumeFieldPaths));
    if (resourceFieldRef) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(invalid(at, 'resource', detail));
    }
  } else if (resourceFieldRef) {
    const refAt = at.child('resourceFieldRef');
    errors.push(...validateResourceFieldSelector(resourceFieldRef, refAt, { needsContainer: true }));
  } else {
    errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  }
  return [...errors, ...validateFileMode(mode, at.child('mode'))];
}

const maxDriverNameLength = 63;

/** The name of a CSI driver. */
export function validateCsiDriver(driver: string | undefined, at: FieldPath): FieldError[] {
  if (!driver) return [required(at)];
  return [
    ...(driver.length > maxDriverNameLength ? [tooLong(at, maxDriverNameLength)] : []),
    ...invalidFor({ at, value: driver }, checkDns1123Subdomain(driver.toLowerCase())),
  ];
}

export function validateCsi({ driver, nodePublishSecretRef }: CSIVolumeSource, at: FieldPath): FieldError[] {
  const errors = validateCsiDriver(driver, at.child('driver'));
  if (!nodePublishSecretRef) return errors;
  const { name } = nodePublishSecretRef;
  if (!name) return [...errors, required(at.child('nodePublishSecretRef', 'name'))];
  return [...errors, ...invalidFor({ at: at.child('name'), value: name }, nameIsDnsSubdomain(name))];
}
