import { mkdir, realpath, stat } from 'node:fs/promises';
import { join, normalize, relative } from 'node:path';
import type { Container, Pod, Volume, VolumeMount } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import { ConfigError } from '../environment/config-error.ts';
import { expandReferences } from '../environment/expand.ts';
import type { Mount } from './mount-plan.ts';

/** Where Kubernetes' clients look for their token. */
const serviceAccountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface VolumeMountContext {
  readonly pod: Pod;
  /** The directory of a volume, made already. */
  readonly volumeDirectory: (volume: Volume) => string;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * A container's mounts with their places on the machine.
 *
 * @throws ConfigError for a mount without its volume or with a subPath that leads out of it.
 */
export async function volumeMounts(container: Container, context: VolumeMountContext): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const volumeMount of container.volumeMounts ?? []) {
    mounts.push(await mountOf(volumeMount, context));
  }
  return mounts;
}

/** Mounts that a container can do without where the system allows none: a token nobody may ask for. */
export function isOptionalMount({ mountPath }: VolumeMount): boolean {
  return normalize(mountPath).startsWith(serviceAccountPath);
}

/** Volumes whose files come from the API are never written to by containers. */
function isApiVolume(volume: Volume): boolean {
  return (
    volume.configMap !== undefined ||
    volume.secret !== undefined ||
    volume.downwardAPI !== undefined ||
    volume.projected !== undefined
  );
}

async function mountOf(volumeMount: VolumeMount, context: VolumeMountContext): Promise<Mount> {
  const volume = (context.pod.spec?.volumes ?? []).find(({ name }) => name === volumeMount.name);
  if (volume === undefined) throw new ConfigError(`volume ${goQuote(volumeMount.name)} not found`);
  const directory = context.volumeDirectory(volume);
  const source = await subPath(directory, volumeMount, { context, volume });
  const isDirectory = (await stat(source)).isDirectory();
  return {
    source,
    target: join('/', volumeMount.mountPath),
    readOnly:
      volumeMount.readOnly === true || volume.persistentVolumeClaim?.readOnly === true || isApiVolume(volume),
    kind: isDirectory ? 'directory' : 'file',
  };
}

async function subPath(
  directory: string,
  volumeMount: VolumeMount,
  { context, volume }: { readonly context: VolumeMountContext; readonly volume: Volume },
): Promise<string> {
  const expression = volumeMount.subPathExpr;
  const wanted =
    expression === undefined
      ? (volumeMount.subPath ?? '')
      : expandReferences(expression, (name) => context.environment.get(name));
  if (wanted === '') return directory;
  const failure = new ConfigError(`failed to prepare subPath for volumeMount ${goQuote(volumeMount.name)}`);
  const path = join(directory, wanted);
  if (leadsOut(directory, path)) throw failure;
  if (!isApiVolume(volume)) {
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    if (!exists) await mkdir(path, { recursive: true });
  }
  const [real, root] = await Promise.all([realpath(path), realpath(directory)]).catch(() => {
    throw failure;
  });
  // A symlink in the volume may lead anywhere; a container must not choose what is mounted.
  if (leadsOut(root, real)) throw failure;
  return real;
}

function leadsOut(directory: string, path: string): boolean {
  return `${relative(directory, path)}/`.startsWith('../');
}
