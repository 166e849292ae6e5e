import {
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  rangeExplanation,
  required,
} from '@berth/machinery';
import type {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CinderVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  LocalObjectReference,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from '../generated/api-types.ts';
import { validateDnsLabel, validateOptionalEnum, validateRequired } from './field-checks.ts';

/** Volumes that a cloud or a storage product offers. */
export const validateDiskSource = {
  gcePersistentDisk: ({ pdName, partition }: GCEPersistentDiskVolumeSource, at: FieldPath): FieldError[] => {
    return [
      ...validateRequired(pdName, at.child('pdName')),
      ...validatePartition(partition, at.child('partition')),
    ];
  },

  awsElasticBlockStore: (
    { volumeID, partition }: AWSElasticBlockStoreVolumeSource,
    at: FieldPath,
  ): FieldError[] => {
    return [
      ...validateRequired(volumeID, at.child('volumeID')),
      ...validatePartition(partition, at.child('partition')),
    ];
  },

  flocker: ({ datasetName = '', datasetUUID = '' }: FlockerVolumeSource, at: FieldPath): FieldError[] => {
    const errors: FieldError[] = [];
    if (!datasetName && !datasetUUID) {
      errors.push(required(at, 'one of datasetName and datasetUUID is required'));
    }
    if (datasetName && datasetUUID) {
      const detail = 'datasetName and datasetUUID can not be specified simultaneously';
      errors.push(invalid(at, 'resource', detail));
    }
    if (!datasetName.includes('/')) return errors;
    return [...errors, invalid(at.child('datasetName'), datasetName, "must not contain '/'")];
  },

  cinder: ({ volumeID, secretRef }: CinderVolumeSource, at: FieldPath): FieldError[] => {
    return [...validateRequired(volumeID, at.child('volumeID')), ...validateSecretRef(secretRef, at)];
  },

  flexVolume: ({ driver, options }: FlexVolumeSource, at: FieldPath): FieldError[] => {
    const reserved = Object.keys(options ?? {}).filter((key) => {
      const domain = `.${key.split('/')[0] ?? ''}`.toLowerCase();
      return domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io');
    });
    const detail = 'kubernetes.io and k8s.io namespaces are reserved';
    return [
      ...validateRequired(driver, at.child('driver')),
      ...reserved.map((key) => invalid(at.child('options').key(key), key, detail)),
    ];
  },

  azureFile: ({ secretName, shareName }: AzureFileVolumeSource, at: FieldPath): FieldError[] => {
    return [
      ...validateRequired(secretName, at.child('secretName')),
      ...validateRequired(shareName, at.child('shareName')),
    ];
  },

  azureDisk: (
    { diskName, diskURI, cachingMode, kind }: AzureDiskVolumeSource,
    at: FieldPath,
  ): FieldError[] => {
    const isManaged = kind === 'Managed';
    const form = isManaged ? managedDiskUri : blobDiskUri;
    const isWellFormed = diskURI.startsWith(isManaged ? '/subscriptions/' : 'https://');
    return [
      ...validateRequired(diskName, at.child('diskName')),
      ...validateRequired(diskURI, at.child('diskURI')),
      ...validateOptionalEnum(cachingMode, at.child('cachingMode'), ['None', 'ReadOnly', 'ReadWrite']),
      ...validateOptionalEnum(kind, at.child('kind'), ['Dedicated', 'Managed', 'Shared']),
      ...(kind === undefined || isWellFormed ? [] : [notSupported(at.child('diskURI'), diskURI, [form])]),
    ];
  },

  vsphereVolume: ({ volumePath }: VsphereVirtualDiskVolumeSource, at: FieldPath): FieldError[] => {
    return validateRequired(volumePath, at.child('volumePath'));
  },

  photonPersistentDisk: ({ pdID }: PhotonPersistentDiskVolumeSource, at: FieldPath): FieldError[] => {
    return validateRequired(pdID, at.child('pdID'));
  },

  portworxVolume: ({ volumeID }: PortworxVolumeSource, at: FieldPath): FieldError[] => {
    return validateRequired(volumeID, at.child('volumeID'));
  },

  scaleIO: ({ gateway, system, volumeName }: ScaleIOVolumeSource, at: FieldPath): FieldError[] => {
    return [
      ...validateRequired(gateway, at.child('gateway')),
      ...validateRequired(system, at.child('system')),
      ...validateRequired(volumeName, at.child('volumeName')),
    ];
  },

  storageos: (source: StorageOSVolumeSource, at: FieldPath): FieldError[] => {
    const { volumeName, volumeNamespace, secretRef } = source;
    return [
      ...(volumeName
        ? validateDnsLabel(volumeName, at.child('volumeName'))
        : [required(at.child('volumeName'))]),
      ...(volumeNamespace ? validateDnsLabel(volumeNamespace, at.child('volumeNamespace')) : []),
      ...validateSecretRef(secretRef, at),
    ];
  },
} as const;

const managedDiskUri =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const blobDiskUri = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

function validatePartition(partition: number | undefined, at: FieldPath): FieldError[] {
  if (partition === undefined || (partition >= 0 && partition <= 255)) return [];
  return [invalid(at, partition, rangeExplanation(1, 255))];
}

function validateSecretRef(reference: LocalObjectReference | undefined, at: FieldPath): FieldError[] {
  return reference && !reference.name ? [required(at.child('secretRef', 'name'))] : [];
}
