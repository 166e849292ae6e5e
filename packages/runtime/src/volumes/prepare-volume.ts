import { chmod, mkdir, stat } from 'node:fs/promises';
import type { Volume } from '@berth/kinds';
import { ConfigError } from '../environment/config-error.ts';
import { type VolumeContext, volumeFiles } from './volume-files.ts';
import { writeVolume } from './write-volume.ts';

/**
 * Makes a volume's directory, with its content as of now.
 *
 * @returns where the volume is: `directory`, or the machine's own path for a hostPath volume.
 * @throws ConfigError for what cannot be mounted, with the reason.
 */
export async function prepareVolume(
  volume: Volume,
  directory: string,
  options: { readonly context: VolumeContext; readonly now: Date },
): Promise<string> {
  if (volume.hostPath !== undefined) return hostPath(volume.hostPath);
  const files = volumeFiles(volume, options.context);
  if (files !== undefined) {
    await writeVolume(directory, files, options.now);
    return directory;
  }
  if (volume.emptyDir !== undefined) {
    await mkdir(directory, { recursive: true });
    // Any user of the pod may write to it, as with the kubelet.
    await chmod(directory, 0o777);
    return directory;
  }
  const [type = 'unknown'] = Object.keys(volume).filter((key) => key !== 'name');
  throw new ConfigError(`this runtime does not support volumes of type ${type}`);
}

async function hostPath({ path, type }: NonNullable<Volume['hostPath']>): Promise<string> {
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true });
  const stats = await stat(path).catch(() => undefined);
  const wanted = type === 'File' ? 'file' : 'directory';
  const fits =
    type === 'File' ? stats?.isFile() : type === 'Directory' ? stats?.isDirectory() : stats !== undefined;
  if (fits !== true) throw new ConfigError(`hostPath type check failed: ${path} is not a ${wanted}`);
  return path;
}
