import { classOf, namesClass, type PersistentVolume, type PersistentVolumeClaim } from '@berth/kinds';
import { isFullyBound } from '@berth/scheduler';

/** Volumes by the claim that they name. */
export interface VolumeIndex {
  readonly unclaimed: readonly PersistentVolume[];
  readonly reservedFor: (namespace: string, name: string) => readonly PersistentVolume[];
}

const none: readonly PersistentVolume[] = [];

export function volumeIndex(volumes: readonly PersistentVolume[]): VolumeIndex {
  const byClaim = new Map<string, PersistentVolume[]>();
  const unclaimed: PersistentVolume[] = [];
  for (const volume of volumes) {
    const claim = volume.spec?.claimRef;
    if (!claim) {
      unclaimed.push(volume);
      continue;
    }
    const key = `${claim.namespace ?? ''}/${claim.name ?? ''}`;
    const sharing = byClaim.get(key);
    if (sharing) sharing.push(volume);
    else byClaim.set(key, [volume]);
  }
  return { unclaimed, reservedFor: (namespace, name) => byClaim.get(`${namespace}/${name}`) ?? none };
}

/** Claims that have no volume yet, by their class; those that say nothing of a class under undefined. */
export function pendingByClass(
  claims: readonly PersistentVolumeClaim[],
): ReadonlyMap<string | undefined, readonly PersistentVolumeClaim[]> {
  const pending = new Map<string | undefined, PersistentVolumeClaim[]>();
  for (const claim of claims) {
    if (isFullyBound(claim)) continue;
    const name = namesClass(claim) ? classOf(claim) : undefined;
    const sharing = pending.get(name);
    if (sharing) sharing.push(claim);
    else pending.set(name, [claim]);
  }
  return pending;
}
