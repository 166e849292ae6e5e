import { classOf, type PersistentVolume, type PersistentVolumeClaim } from '@berth/kinds';
import { compareQuantities } from '@berth/machinery';
import type { NodeFacts } from '../candidate.ts';
import { matchesTerm } from '../filters/node-affinity.ts';

/** Set on a claim when it and its volume know each other. */
export const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed';
/** Set on the side that the controller, not a user, tied to the other. */
export const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller';
/** The node that the scheduler chose for a claim's first pod. */
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';

export function storageOf(amounts: Readonly<Record<string, string>> | undefined): string {
  return amounts?.['storage'] ?? '0';
}

/** What the claim asks for. */
export function requestedStorage({ spec }: PersistentVolumeClaim): string {
  return storageOf(spec?.resources?.requests);
}

/** Both have found each other. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && metadata.annotations?.[bindCompletedAnnotation] !== undefined;
}

/** Whether the volume names the claim; a volume that was reserved by name takes whichever claim has it. */
export function isReservedFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const claim = spec?.claimRef;
  if (!claim || claim.name !== metadata.name || claim.namespace !== metadata.namespace) return false;
  return !claim.uid || claim.uid === metadata.uid;
}

/** Whether both are file systems, or both block devices. */
export function hasSameMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem');
}

export function offersAccessModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => offered.includes(mode));
}

/** Why a volume that a claim names cannot be its own, in upstream's words; nothing if it can. */
export function unsuitability(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (compareQuantities(storageOf(volume.spec?.capacity), requestedStorage(claim)) < 0)
    return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (!hasSameMode(volume, claim)) return 'incompatible volumeMode';
  return offersAccessModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/** Whether the volume can be used on the node. */
export function isWithinReach({ spec }: PersistentVolume, node: NodeFacts): boolean {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(term, node));
}
