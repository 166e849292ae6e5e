import { type FieldError, type FieldPath, required } from '@berth/machinery';
import type { Volume } from '../generated/api-types.ts';
import { validateEphemeralVolume } from './claim-template.ts';
import { validateDiskSource } from './disk-sources.ts';
import { validateEnum } from './field-checks.ts';
import {
  validateConfigMapVolume,
  validateCsi,
  validateDownwardVolume,
  validateEmptyDir,
  validateGitRepo,
  validateHostPath,
  validateSecretVolume,
} from './file-sources.ts';
import { validateNetworkSource } from './network-sources.ts';
import { validateProjected } from './projected-volume.ts';
import type { VolumeContext } from './volumes.ts';

/** How one of a volume's sources is checked. `field` is what the error of a second source names. */
interface VolumeSourceRule {
  readonly field: string;
  readonly isGiven: (volume: Volume) => boolean;
  readonly validate: (volume: Volume, at: FieldPath, context: VolumeContext) => FieldError[];
}

type SourceField = Exclude<keyof Volume, 'name'>;

function rule<F extends SourceField>(
  field: F,
  validate: (source: NonNullable<Volume[F]>, at: FieldPath, context: VolumeContext) => FieldError[],
  { errorsAt = field, secondAt = field }: { readonly errorsAt?: string; readonly secondAt?: string } = {},
): VolumeSourceRule {
  return {
    field: secondAt,
    isGiven: (volume) => volume[field] !== undefined && volume[field] !== null,
    validate: (volume, at, context) => {
      const source = volume[field];
      return source ? validate(source, at.child(errorsAt), context) : [];
    },
  };
}

/** Every source that a volume can have, in the order of upstream's checks: the first one given is the volume's. */
export const volumeSourceRules: readonly VolumeSourceRule[] = [
  rule('emptyDir', validateEmptyDir),
  rule('hostPath', validateHostPath),
  rule('gitRepo', validateGitRepo),
  rule('gcePersistentDisk', validateDiskSource.gcePersistentDisk, { errorsAt: 'persistentDisk' }),
  rule('awsElasticBlockStore', validateDiskSource.awsElasticBlockStore),
  rule('secret', validateSecretVolume),
  rule('nfs', validateNetworkSource.nfs),
  rule('iscsi', validateNetworkSource.iscsi),
  rule('glusterfs', validateNetworkSource.glusterfs),
  rule('flocker', validateDiskSource.flocker),
  rule('persistentVolumeClaim', ({ claimName }, at) => (claimName ? [] : [required(at.child('claimName'))])),
  rule('rbd', validateNetworkSource.rbd),
  rule('cinder', validateDiskSource.cinder),
  rule('cephfs', validateNetworkSource.cephfs, { secondAt: 'cephFS' }),
  rule('quobyte', validateNetworkSource.quobyte),
  // Upstream's spelling.
  rule('downwardAPI', validateDownwardVolume, { secondAt: 'downwarAPI' }),
  rule('fc', validateNetworkSource.fc),
  rule('flexVolume', validateDiskSource.flexVolume),
  rule('configMap', validateConfigMapVolume),
  rule('azureFile', validateDiskSource.azureFile),
  rule('vsphereVolume', validateDiskSource.vsphereVolume),
  rule('photonPersistentDisk', validateDiskSource.photonPersistentDisk),
  rule('portworxVolume', validateDiskSource.portworxVolume),
  rule('azureDisk', validateDiskSource.azureDisk),
  rule('storageos', validateDiskSource.storageos),
  rule('projected', validateProjected),
  rule('scaleIO', validateDiskSource.scaleIO),
  rule('csi', validateCsi),
  rule('ephemeral', validateEphemeralVolume),
  rule('image', ({ reference, pullPolicy }, at, { isPod }) => [
    ...(isPod && !reference ? [required(at.child('reference'))] : []),
    ...validateEnum(pullPolicy, at.child('pullPolicy'), ['Always', 'IfNotPresent', 'Never']),
  ]),
];
