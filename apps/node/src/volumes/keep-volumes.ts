import { localDirectoryFinalizer, type PersistentVolume } from '@berth/kinds';
import type { Clock, LocalVolume, LocalVolumes } from '@berth/runtime';
import type { Logger } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { pause } from '../api/backoff.ts';
import { corePath } from '../api/paths.ts';

export interface KeepVolumesOptions {
  readonly nodeName: string;
  readonly api: ApiClient;
  readonly localVolumes: LocalVolumes;
  readonly clock: Clock;
  readonly log: Logger;
}

interface NodeVolume {
  readonly cluster: string;
  readonly object: PersistentVolume;
}

/** How often the node asks which of its volumes are to go. */
const intervalMs = 5_000;

/**
 * Removes the directories of volumes that are being deleted, and then says so by taking the node's finalizer off; and those
 * of volumes that are no more, whoever removed them. Goes on until the signal aborts. Every step can be taken again.
 */
export async function keepVolumes(options: KeepVolumesOptions, signal: AbortSignal): Promise<void> {
  const { nodeName, clock, log } = options;
  while (!signal.aborted) {
    try {
      await lookAtVolumes(options);
    } catch (err) {
      if (!signal.aborted)
        log.debug({ node: nodeName, err }, 'the volumes of the node could not be looked at');
    }
    await pause(clock, intervalMs, signal);
  }
}

/** One look at all of the node's volumes. @throws ApiError */
export async function lookAtVolumes({ nodeName, api, localVolumes, log }: KeepVolumesOptions): Promise<void> {
  const path = `/fleet/v1/nodes/${encodeURIComponent(nodeName)}/volumes`;
  const { items } = await api.get<{ readonly items: readonly NodeVolume[] }>(path);
  const known = new Set<string>();
  for (const { cluster, object } of items) {
    const { uid = '', deletionTimestamp, finalizers = [] } = object.metadata;
    known.add(`${cluster}/${uid}`);
    if (deletionTimestamp === undefined || !finalizers.includes(localDirectoryFinalizer)) continue;
    await localVolumes.remove({ clusterId: cluster, uid });
    await letGo(api, cluster, object);
    log.info({ node: nodeName, cluster, volume: object.metadata.name }, 'removed the directory of a volume');
  }
  for (const volume of await localVolumes.list()) {
    const { clusterId, uid } = volume;
    // A suspended cluster's volumes are in no list, and are not gone.
    if (known.has(`${clusterId}/${uid}`) || !(await isGone(api, volume))) continue;
    await localVolumes.remove(volume);
    log.info(
      { node: nodeName, cluster: clusterId, volume: volume.name },
      'removed what a volume left behind',
    );
  }
}

/** Nobody else's change is undone: what was read is what is changed. */
async function letGo(api: ApiClient, cluster: string, { metadata }: PersistentVolume): Promise<void> {
  const finalizers = (metadata.finalizers ?? []).filter((name) => name !== localDirectoryFinalizer);
  const { resourceVersion } = metadata;
  await api.patch(corePath(cluster, 'persistentvolumes', metadata.name), {
    contentType: 'application/merge-patch+json',
    body: { metadata: { finalizers: finalizers.length > 0 ? finalizers : null, resourceVersion } },
  });
}

/** Only what the API clearly does not have is gone. */
async function isGone(api: ApiClient, { clusterId, name, uid }: LocalVolume): Promise<boolean> {
  try {
    const found = await api.get<PersistentVolume>(corePath(clusterId, 'persistentvolumes', name));
    return found.metadata.uid !== uid;
  } catch (error) {
    if (error instanceof ApiError) return error.status === 404;
    throw error;
  }
}
