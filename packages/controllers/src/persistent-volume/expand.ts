import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import { compareQuantities } from '@berth/machinery';
import { requestedStorage, storageOf } from '@berth/scheduler';
import type { Action } from '../reconciler.ts';
import { normal } from './volume-facts.ts';

/** A directory grows by being said to: the volume first, then what the claim has. */
export function expand(volume: PersistentVolume, claim: PersistentVolumeClaim): readonly Action[] {
  const wanted = requestedStorage(claim);
  if (compareQuantities(wanted, storageOf(claim.status?.capacity)) <= 0) return [];
  const isLarger = compareQuantities(wanted, storageOf(volume.spec?.capacity)) > 0;
  const grown = {
    ...volume,
    spec: { ...volume.spec, capacity: { ...volume.spec?.capacity, storage: wanted } },
  };
  const status = { ...claim.status, capacity: { ...claim.status?.capacity, storage: wanted } };
  const message = 'Resize succeeded';
  return [
    ...(isLarger ? [{ type: 'update' as const, object: grown }] : []),
    { type: 'updateStatus', object: { ...claim, status } },
    normal({ about: claim, reason: 'VolumeResizeSuccessful', message }),
  ];
}
