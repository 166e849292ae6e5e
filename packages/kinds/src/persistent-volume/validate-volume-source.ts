import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  nameIsDnsLabel,
  required,
} from '@berth/machinery';
import type {
  AzureFilePersistentVolumeSource,
  CinderPersistentVolumeSource,
  CSIPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolumeSpec,
  SecretReference,
  StorageOSPersistentVolumeSource,
} from '../generated/api-types.ts';
import { validateDiskSource } from '../pod-template/disk-sources.ts';
import {
  invalidFor,
  validateDnsLabel,
  validateDnsSubdomain,
  validateRequired,
} from '../pod-template/field-checks.ts';
import { validateCsiDriver, validateHostPath } from '../pod-template/file-sources.ts';
import { validateNetworkSource } from '../pod-template/network-sources.ts';
import { validateNoBacksteps } from '../pod-template/paths.ts';

/** Fields of the spec that say where a volume is. */
export const volumeSourceFields = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies ReadonlyArray<keyof PersistentVolumeSpec>;

type SourceField = (typeof volumeSourceFields)[number];

type Checks = {
  readonly [F in SourceField]: (
    source: NonNullable<PersistentVolumeSpec[F]>,
    at: FieldPath,
    volumeName: string,
  ) => FieldError[];
};

const checks: Checks = {
  hostPath: validateHostPath,
  gcePersistentDisk: validateDiskSource.gcePersistentDisk,
  awsElasticBlockStore: validateDiskSource.awsElasticBlockStore,
  glusterfs: validateGlusterfs,
  flocker: validateDiskSource.flocker,
  nfs: validateNetworkSource.nfs,
  rbd: ({ secretRef: _secretRef, ...source }, at) => validateNetworkSource.rbd(source, at),
  quobyte: validateNetworkSource.quobyte,
  cephfs: ({ monitors = [] }, at) => (monitors.length > 0 ? [] : [required(at.child('monitors'))]),
  iscsi: validateIscsi,
  cinder: validateCinder,
  fc: validateNetworkSource.fc,
  flexVolume: ({ secretRef: _secretRef, ...source }, at) => validateDiskSource.flexVolume(source, at),
  azureFile: validateAzureFile,
  vsphereVolume: validateDiskSource.vsphereVolume,
  photonPersistentDisk: validateDiskSource.photonPersistentDisk,
  portworxVolume: validateDiskSource.portworxVolume,
  azureDisk: validateDiskSource.azureDisk,
  scaleIO: ({ gateway, system, volumeName }, at) => [
    ...validateRequired(gateway, at.child('gateway')),
    ...validateRequired(system, at.child('system')),
    ...validateRequired(volumeName, at.child('volumeName')),
  ],
  local: validateLocal,
  storageos: validateStorageOs,
  csi: validateCsiVolume,
};

/** Where upstream's errors name another field than the one that they are about. */
const errorsAt: Partial<Record<SourceField, string>> = { gcePersistentDisk: 'persistentDisk' };
const secondAt: Partial<Record<SourceField, string>> = { cephfs: 'cephFS' };

/** Exactly one source, as upstream checks them: the first one given is the volume's. */
export function validateVolumeSource(
  spec: PersistentVolumeSpec,
  at: FieldPath,
  volumeName: string,
): FieldError[] {
  const [first, ...others] = volumeSourceFields.filter((field) => spec[field]);
  if (first === undefined) return [required(at, 'must specify a volume type')];
  return [
    ...validateField(spec, first, { at: at.child(errorsAt[first] ?? first), volumeName }),
    ...(first === 'local' && !spec.nodeAffinity
      ? [required(at.child('nodeAffinity'), 'Local volume requires node affinity')]
      : []),
    ...others.flatMap((field) =>
      field === 'flexVolume'
        ? validateField(spec, field, { at: at.child(field), volumeName })
        : [forbidden(at.child(secondAt[field] ?? field), 'may not specify more than 1 volume type')],
    ),
  ];
}

function validateField(
  spec: PersistentVolumeSpec,
  field: SourceField,
  { at, volumeName }: { readonly at: FieldPath; readonly volumeName: string },
): FieldError[] {
  const source = spec[field];
  // The check of a field takes what that very field holds.
  const check = checks[field] as (source: unknown, at: FieldPath, volumeName: string) => FieldError[];
  return source ? check(source, at, volumeName) : [];
}

function validateGlusterfs(source: GlusterfsPersistentVolumeSource, at: FieldPath): FieldError[] {
  const { endpointsNamespace: namespace } = source;
  const namespaceAt = at.child('endpointsNamespace');
  const errors = validateNetworkSource.glusterfs(source, at);
  if (namespace === undefined) return errors;
  if (namespace === '') {
    const detail = 'if the endpointnamespace is set, it must be a valid namespace name';
    return [...errors, invalid(namespaceAt, namespace, detail)];
  }
  return [...errors, ...invalidFor({ at: namespaceAt, value: namespace }, nameIsDnsLabel(namespace))];
}

function validateIscsi(source: ISCSIPersistentVolumeSource, at: FieldPath, volumeName: string): FieldError[] {
  const { secretRef, ...rest } = source;
  const { initiatorName, targetPortal } = source;
  const named = secretRef && { secretRef: { name: secretRef.name ?? '' } };
  const errors = validateNetworkSource.iscsi({ ...rest, ...named }, at);
  if (secretRef && !secretRef.name) errors.push(required(at.child('secretRef', 'name')));
  if (initiatorName === undefined || `${volumeName}:${targetPortal}`.length <= 64) return errors;
  const detail =
    'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
  return [...errors, invalid(at.child('targetportal'), targetPortal, detail)];
}

function validateCinder({ volumeID, secretRef }: CinderPersistentVolumeSource, at: FieldPath): FieldError[] {
  return [
    ...validateRequired(volumeID, at.child('volumeID')),
    ...validateGiven(secretRef, at.child('secretRef')),
  ];
}

function validateAzureFile(source: AzureFilePersistentVolumeSource, at: FieldPath): FieldError[] {
  const { secretName, shareName, secretNamespace } = source;
  return [
    ...validateRequired(secretName, at.child('secretName')),
    ...validateRequired(shareName, at.child('shareName')),
    ...(secretNamespace === '' ? [required(at.child('secretNamespace'))] : []),
  ];
}

function validateLocal({ path }: LocalVolumeSource, at: FieldPath): FieldError[] {
  return path ? validateNoBacksteps(path, at.child('path')) : [required(at.child('path'))];
}

function validateStorageOs(source: StorageOSPersistentVolumeSource, at: FieldPath): FieldError[] {
  const { volumeName, volumeNamespace, secretRef } = source;
  return [
    ...(volumeName
      ? validateDnsLabel(volumeName, at.child('volumeName'))
      : [required(at.child('volumeName'))]),
    ...(volumeNamespace ? validateDnsLabel(volumeNamespace, at.child('volumeNamespace')) : []),
    ...validateGiven(secretRef, at.child('secretRef')),
  ];
}

const csiSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const satisfies ReadonlyArray<keyof CSIPersistentVolumeSource>;

function validateCsiVolume(source: CSIPersistentVolumeSource, at: FieldPath): FieldError[] {
  return [
    ...validateCsiDriver(source.driver, at.child('driver')),
    ...validateRequired(source.volumeHandle, at.child('volumeHandle')),
    ...csiSecrets.flatMap((field) => {
      const reference = source[field];
      return reference ? validateSecretReference(reference, at.child(field)) : [];
    }),
  ];
}

function validateSecretReference({ name, namespace }: SecretReference, at: FieldPath): FieldError[] {
  return [
    ...(name ? validateDnsSubdomain(name, at.child('name')) : [required(at.child('name'))]),
    ...(namespace ? validateDnsLabel(namespace, at.child('namespace')) : [required(at.child('namespace'))]),
  ];
}

/** A reference that is there names both. */
function validateGiven(reference: SecretReference | undefined, at: FieldPath): FieldError[] {
  if (!reference) return [];
  return [
    ...validateRequired(reference.name, at.child('name')),
    ...validateRequired(reference.namespace, at.child('namespace')),
  ];
}
