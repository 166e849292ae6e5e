import type {
  DownwardAPIVolumeFile,
  HostPathVolumeSource,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  ProjectedVolumeSource,
  Volume,
} from '../generated/api-types.ts';
import { defaultFieldSelector, pullPolicyOf } from './default-containers.ts';
import { roundUpResources } from './round-up-resources.ts';

/** rw-r--r-- */
const defaultFileMode = 0o644;

/** Fills a volume's defaults in, in place. A volume without a source is an `emptyDir`. */
export function defaultVolume(volume: Volume): void {
  const { name: _name, ...sources } = volume;
  if (Object.values(sources).every((source) => source === undefined || source === null)) volume.emptyDir = {};
  if (volume.image) volume.image.pullPolicy ||= pullPolicyOf(volume.image.reference ?? '');
  defaultHostPath(volume.hostPath);
  for (const files of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) {
    if (files) files.defaultMode ??= defaultFileMode;
  }
  defaultDownwardFiles(volume.downwardAPI?.items);
  defaultProjected(volume.projected);
  defaultDisks(volume);
  if (volume.ephemeral?.volumeClaimTemplate?.spec)
    defaultClaimSpec(volume.ephemeral.volumeClaimTemplate.spec);
}

/** Of a claim or of its template; in place. */
export function defaultClaimSpec(claim: PersistentVolumeClaimSpec): void {
  claim.volumeMode ??= 'Filesystem';
  roundUpResources(claim.resources);
}

export function defaultHostPath(hostPath: HostPathVolumeSource | undefined): void {
  // '' is a value of the type, though not one that its schema enumerates: do not check.
  if (hostPath) (hostPath as { type?: string }).type ??= '';
}

function defaultDownwardFiles(files: readonly DownwardAPIVolumeFile[] | undefined): void {
  for (const file of files ?? []) defaultFieldSelector(file.fieldRef);
}

function defaultProjected(projected: ProjectedVolumeSource | undefined): void {
  for (const source of projected?.sources ?? []) {
    defaultDownwardFiles(source.downwardAPI?.items);
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
  }
}

/** Sources that volumes of pods and persistent ones have alike. */
type Disks = Pick<PersistentVolumeSpec, 'iscsi' | 'rbd' | 'azureDisk' | 'scaleIO'>;

/** In place. */
export function defaultDisks({ iscsi, rbd, azureDisk, scaleIO }: Disks): void {
  if (iscsi) iscsi.iscsiInterface ||= 'default';
  if (rbd) {
    rbd.pool ||= 'rbd';
    rbd.user ||= 'admin';
    rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
    azureDisk.kind ??= 'Shared';
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
}
