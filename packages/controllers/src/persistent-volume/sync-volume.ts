import {
  localDirectoryFinalizer,
  localNodeAnnotation,
  localProvisioner,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '@berth/kinds';
import { boundByControllerAnnotation, hasSameMode } from '@berth/scheduler';
import type { Action, ClusterView, ReconcileContext } from '../reconciler.ts';
import {
  claimKey,
  normal,
  provisionedByAnnotation,
  toPhase,
  volumeKey,
  warning,
  withoutAnnotation,
} from './volume-facts.ts';

type Sync = Pick<ReconcileContext, 'now'> & { readonly view: ClusterView };

/** One step of a volume's life, as upstream's volume controller takes it. */
export function syncVolume(volume: PersistentVolume, { view, now }: Sync): readonly Action[] {
  const gone = letGo(volume, view);
  if (gone.length > 0) return gone;
  const reference = volume.spec?.claimRef;
  // A volume that is reserved by name waits for the claim of that name.
  if (!reference?.uid) return toPhase(volume, 'Available', { now });
  const claim = view.get<PersistentVolumeClaim>(claimKey(reference));
  if (!claim || claim.metadata.uid !== reference.uid) return release(volume, now);
  const bound = claim.spec?.volumeName ?? '';
  if (bound === volume.metadata.name) return toPhase(volume, 'Bound', { now });
  if (bound === '') return hasSameMode(volume, claim) ? [] : refuseMode(volume, claim);
  const isSpare =
    volume.metadata.annotations?.[provisionedByAnnotation] !== undefined &&
    volume.spec?.persistentVolumeReclaimPolicy === 'Delete';
  return isSpare ? release(volume, now) : untie(volume, now);
}

/** The claim is gone, or has another volume: what becomes of this one, its policy says. */
function release(volume: PersistentVolume, now: Date): readonly Action[] {
  const { metadata, spec, status } = volume;
  const released = status?.phase === 'Failed' ? [] : toPhase(volume, 'Released', { now });
  if (spec?.persistentVolumeReclaimPolicy === 'Delete' && spec.csi?.driver === localProvisioner) {
    if (metadata.deletionTimestamp !== undefined) return released;
    return [
      ...released,
      {
        type: 'delete',
        key: volumeKey(metadata.name),
        uid: metadata.uid ?? '',
        propagationPolicy: 'Background',
      },
    ];
  }
  if (spec?.persistentVolumeReclaimPolicy === 'Recycle') {
    return fail(volume, now, {
      reason: 'VolumeFailedRecycle',
      message: 'No recycler plugin found for the volume!',
    });
  }
  // Whoever made it deletes it.
  const isMade = metadata.annotations?.[provisionedByAnnotation] !== undefined;
  if (spec?.persistentVolumeReclaimPolicy !== 'Delete' || isMade) return released;
  const message = `error getting deleter volume plugin for volume ${JSON.stringify(metadata.name)}: no deletable volume plugin matched`;
  return fail(volume, now, { reason: 'VolumeFailedDelete', message });
}

/** What upstream does with a volume that no plugin can reclaim. */
function fail(
  volume: PersistentVolume,
  now: Date,
  { reason, message }: { readonly reason: string; readonly message: string },
): readonly Action[] {
  if (volume.status?.phase === 'Failed') return [];
  return [...toPhase(volume, 'Failed', { now, message }), warning({ about: volume, reason, message })];
}

/** What the controller tied it unties; what a user reserved stays reserved by name. */
function untie(volume: PersistentVolume, now: Date): readonly Action[] {
  const { claimRef, ...spec } = volume.spec ?? {};
  const isOurs = volume.metadata.annotations?.[boundByControllerAnnotation] !== undefined;
  const { uid: _uid, resourceVersion: _version, ...reserved } = claimRef ?? {};
  const untied: PersistentVolume = isOurs
    ? { ...withoutAnnotation(volume, boundByControllerAnnotation), spec }
    : { ...volume, spec: { ...spec, claimRef: reserved } };
  return [{ type: 'update', object: untied }, ...toPhase(untied, 'Available', { now })];
}

function refuseMode(volume: PersistentVolume, claim: PersistentVolumeClaim): readonly Action[] {
  const [volumeName, claimName] = [volume, claim].map(({ metadata }) => JSON.stringify(metadata.name));
  const ofVolume = `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${claimName} due to incompatible volumeMode.`;
  const ofClaim = `Cannot bind PersistentVolume ${volumeName} to requested PersistentVolumeClaim due to incompatible volumeMode.`;
  return [
    warning({ about: volume, reason: 'VolumeMismatch', message: ofVolume }),
    warning({ about: claim, reason: 'VolumeMismatch', message: ofClaim }),
  ];
}

/** The directory of a node that is no more is gone with it: nobody else could take the finalizer off. */
function letGo(volume: PersistentVolume, view: ClusterView): readonly Action[] {
  const { finalizers = [], annotations, deletionTimestamp } = volume.metadata;
  if (deletionTimestamp === undefined || !finalizers.includes(localDirectoryFinalizer)) return [];
  const node = annotations?.[localNodeAnnotation];
  const nodes = view.nodes();
  // A view without any node says nothing about nodes.
  if (nodes.length === 0 || nodes.some((candidate) => candidate.node.metadata.name === node)) return [];
  const left = finalizers.filter((name) => name !== localDirectoryFinalizer);
  const message = `node ${JSON.stringify(node ?? '')} is gone, and with it the directory of the volume`;
  return [
    normal({ about: volume, reason: 'VolumeDelete', message }),
    { type: 'update', object: { ...volume, metadata: { ...volume.metadata, finalizers: left } } },
  ];
}
