import { localProvisioner, type PersistentVolume, type Pod, type Volume } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import { ConfigError } from '../environment/config-error.ts';
import { hostPath } from './host-path.ts';
import type { VolumePlace } from './prepare-volume.ts';

/** The claim that a pod's volume names, or that is made for it. */
export function claimNameOf(volume: Volume, pod: Pod): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined;
}

/**
 * Where the volume of a claim is on this machine; the directory of one of the node's own is made if it is not there.
 *
 * @param volume what the claim is bound to; undefined if it is not
 * @throws ConfigError in the kubelet's words
 */
export async function claimedVolume(
  volume: PersistentVolume | undefined,
  claim: { readonly namespace: string; readonly name: string },
  place: VolumePlace,
): Promise<string> {
  if (volume === undefined) {
    throw new ConfigError(`error processing PVC ${claim.namespace}/${claim.name}: PVC is not bound`);
  }
  const { metadata, spec = {} } = volume;
  if (spec.volumeMode === 'Block') {
    throw new ConfigError(
      `volume ${goQuote(metadata.name)} has volumeMode Block, which this runtime cannot map`,
    );
  }
  if (spec.csi?.driver === localProvisioner) {
    return place.localVolumes.ensure({
      clusterId: place.clusterId,
      uid: metadata.uid ?? '',
      name: metadata.name,
    });
  }
  if (spec.hostPath) return hostPath(spec.hostPath, place.hostPaths);
  if (spec.local) return hostPath({ path: spec.local.path, type: 'Directory' }, place.hostPaths);
  if (spec.csi) {
    throw new ConfigError(
      `kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name ${spec.csi.driver} not found in the list of registered CSI drivers`,
    );
  }
  const [type = 'unknown'] = Object.keys(spec).filter((field) => sourceFields.has(field));
  throw new ConfigError(`this runtime does not support volumes of type ${type}`);
}

const sourceFields: ReadonlySet<string> = new Set([
  'nfs',
  'iscsi',
  'fc',
  'rbd',
  'cephfs',
  'glusterfs',
  'cinder',
  'azureDisk',
  'azureFile',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'vsphereVolume',
  'flexVolume',
  'flocker',
  'quobyte',
  'portworxVolume',
  'photonPersistentDisk',
  'scaleIO',
  'storageos',
]);
