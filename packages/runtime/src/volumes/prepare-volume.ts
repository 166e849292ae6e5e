import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Volume } from '@berth/kinds';
import { quantityUnits } from '@berth/machinery';
import { ConfigError } from '../environment/config-error.ts';
import { claimedVolume, claimNameOf } from './claimed-volume.ts';
import { hostPath } from './host-path.ts';
import type { LocalVolumes } from './local-volumes.ts';
import { type VolumeContext, volumeFiles } from './volume-files.ts';
import { writeVolume } from './write-volume.ts';

/** What volumes take of the node beyond their pod. */
export interface VolumePlace {
  readonly clusterId: string;
  readonly localVolumes: LocalVolumes;
  /** Below which of the machine's paths hostPath volumes may be. */
  readonly hostPaths: readonly string[];
}

export interface VolumeOptions {
  readonly context: VolumeContext;
  readonly place: VolumePlace;
  readonly now: Date;
}

/**
 * Makes a volume's directory, with its content as of now.
 *
 * @returns where the volume is: `directory`, or elsewhere on the machine.
 * @throws ConfigError for what cannot be mounted, with the reason.
 */
export async function prepareVolume(
  volume: Volume,
  directory: string,
  { context, place, now }: VolumeOptions,
): Promise<string> {
  const { pod, inputs } = context;
  if (volume.hostPath !== undefined) return hostPath(volume.hostPath, place.hostPaths);
  const files = volumeFiles(volume, context);
  if (files !== undefined) {
    await writeVolume(directory, files, now);
    return directory;
  }
  const group = pod.spec?.securityContext?.fsGroup;
  if (volume.emptyDir !== undefined) {
    await mkdir(directory, { recursive: true });
    if (volume.emptyDir.medium === 'Memory') await mountMemory(directory, volume.emptyDir.sizeLimit);
    // Any user of the pod may write to it, as with the kubelet.
    await chmod(directory, 0o777);
    await giveToGroup(directory, group);
    return directory;
  }
  const claim = claimNameOf(volume, pod);
  if (claim !== undefined) {
    const { namespace = '' } = pod.metadata;
    const path = await claimedVolume(inputs.claims.get(claim), { namespace, name: claim }, place);
    await giveToGroup(path, group);
    return path;
  }
  if (volume.csi !== undefined) {
    throw new ConfigError(
      `kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name ${volume.csi.driver} not found in the list of registered CSI drivers`,
    );
  }
  const [type = 'unknown'] = Object.keys(volume).filter((key) => key !== 'name');
  throw new ConfigError(`this runtime does not support volumes of type ${type}`);
}

/** What is made in the volume belongs to the pod's group, where this process may give files away. */
async function giveToGroup(directory: string, group: number | undefined): Promise<void> {
  if (group === undefined || process.getuid?.() !== 0) return;
  await chown(directory, -1, group);
  await chmod(directory, 0o2777);
}

/** Memory instead of the disk, where this process may mount; else the disk, which keeps less of a secret. */
async function mountMemory(directory: string, sizeLimit: string | undefined): Promise<void> {
  if (process.getuid?.() !== 0 || (await isMountPoint(directory))) return;
  const size = sizeLimit === undefined ? [] : [`size=${Math.ceil(quantityUnits(sizeLimit))}`];
  const options = ['mode=777', ...size].join(',');
  await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]).catch(
    () => undefined,
  );
}

async function isMountPoint(directory: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mounts.split('\n').some((line) => line.split(' ')[4] === directory);
}
