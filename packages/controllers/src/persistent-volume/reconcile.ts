import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@berth/kinds';
import { claimsOfPod } from '@berth/scheduler';
import type { ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { pendingByClass } from './indexes.ts';
import { syncClaim } from './sync-claim.ts';
import { syncVolume } from './sync-volume.ts';
import { claimKey, claimsResource, classesResource, volumeKey, volumesResource } from './volume-facts.ts';

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#lifecycle-of-a-volume-and-claim */
export const persistentVolumeController: Reconciler = {
  name: 'persistentvolume-controller',
  keysOf: (change, view) => {
    switch (change.resource) {
      case claimsResource:
        return keysOfClaim(change);
      case volumesResource:
        return keysOfVolume(change, view);
      case classesResource:
        return keysOfPending(view, change.after?.metadata.name ?? change.before?.metadata.name);
      case 'pods':
        return keysOfPod(change);
      case 'nodes':
        return keysOfNode(change, view);
      default:
        return [];
    }
  },
  reconcile: (key, view, { now }) => {
    if (key.resource === claimsResource) {
      const claim = view.get<PersistentVolumeClaim>(key);
      return claim ? syncClaim(claim, { view, now }) : [];
    }
    const volume = view.get<PersistentVolume>(key);
    return volume ? syncVolume(volume, { view, now }) : [];
  },
};

function keysOfClaim({ before, after }: ObservedChange): readonly ReconcileKey[] {
  const states = [before, after].flatMap((state): PersistentVolumeClaim[] => (state ? [state] : []));
  const names = new Set(states.flatMap(({ spec }) => spec?.volumeName || []));
  return [...(after ? [keyOf(claimsResource, after)] : []), ...[...names].map(volumeKey)];
}

/** Its claim; those that it could be bound to, when it is there to be had. */
function keysOfVolume({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const states = [before, after].flatMap((state): PersistentVolume[] => (state ? [state] : []));
  const claims = states.flatMap(({ spec }) => (spec?.claimRef ? [claimKey(spec.claimRef)] : []));
  const volume: PersistentVolume | undefined = after;
  const isOffered = volume?.status?.phase === 'Available' && !volume.spec?.claimRef;
  const own = after ? [keyOf(volumesResource, after)] : [];
  return [...own, ...claims, ...(isOffered ? keysOfPending(view, volume.spec?.storageClassName ?? '') : [])];
}

/** Claims without a volume, of a class; and those that have none yet. */
function keysOfPending(view: ClusterView, className: string | undefined): readonly ReconcileKey[] {
  const pending = view.derived(pendingByClass, claimsResource);
  return [...(pending.get(className) ?? []), ...(pending.get(undefined) ?? [])].map(({ metadata }) =>
    claimKey(metadata),
  );
}

/** A claim says whether it still waits for a pod to be made, or for it to be given a node. */
function keysOfPod({ before, after }: ObservedChange): readonly ReconcileKey[] {
  if (before && after) return [];
  const pod: Pod | undefined = after;
  if (!pod || pod.spec?.nodeName) return [];
  const { namespace = '' } = pod.metadata;
  return claimsOfPod(pod).map(({ name }) => claimKey({ namespace, name }));
}

/** Volumes of a node that went. */
function keysOfNode({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  if (!before || after) return [];
  return view
    .list<PersistentVolume>(volumesResource)
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map((volume) => keyOf(volumesResource, volume));
}
