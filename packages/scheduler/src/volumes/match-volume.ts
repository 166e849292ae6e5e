import { classOf, type PersistentVolume, type PersistentVolumeClaim } from '@berth/kinds';
import { compareQuantities, labelSelectorRequirements, matchesLabels } from '@berth/machinery';
import type { NodeFacts } from '../candidate.ts';
import {
  hasSameMode,
  isReservedFor,
  isWithinReach,
  offersAccessModes,
  requestedStorage,
  storageOf,
} from './binding-rules.ts';

export interface MatchOptions {
  /** The scheduler asks for volumes within a node's reach; the controller asks for no node. */
  readonly node?: NodeFacts;
  /** The claim waits for its first pod: without a node only a volume that names it is found. */
  readonly waitsForPod?: boolean;
  /** Volumes that are spoken for already. */
  readonly isTaken?: (volume: PersistentVolume) => boolean;
}

/**
 * The volume for a claim that names none, as upstream's binder picks it: one that is reserved for it; else, of those that
 * are available and offer what it asks for, the one with the fewest further access modes, and of these the smallest.
 */
export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  options: MatchOptions = {},
): PersistentVolume | undefined {
  const fitting = volumes.filter(
    (volume) =>
      volume.metadata.deletionTimestamp === undefined &&
      hasSameMode(volume, claim) &&
      isLargeEnough(volume, claim),
  );
  const { node } = options;
  const reserved = fitting.find((volume) => isReservedFor(volume, claim));
  if (reserved) return node && !isWithinReach(reserved, node) ? undefined : reserved;
  if (options.waitsForPod && !node) return undefined;
  const isOffered = offeredTo(claim, options);
  let best: PersistentVolume | undefined;
  for (const volume of fitting) {
    if (isOffered(volume) && (best === undefined || isBetter(volume, best))) best = volume;
  }
  return best;
}

function offeredTo(
  claim: PersistentVolumeClaim,
  { node, isTaken }: MatchOptions,
): (volume: PersistentVolume) => boolean {
  const storageClass = classOf(claim);
  const { selector } = claim.spec ?? {};
  const requirements = selector && labelSelectorRequirements(selector);
  return (volume) =>
    volume.status?.phase === 'Available' &&
    !volume.spec?.claimRef &&
    classOf(volume) === storageClass &&
    (!requirements || matchesLabels(volume.metadata.labels, requirements)) &&
    (!node || isWithinReach(volume, node)) &&
    offersAccessModes(volume, claim) &&
    isTaken?.(volume) !== true;
}

function isLargeEnough({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return compareQuantities(storageOf(spec?.capacity), requestedStorage(claim)) >= 0;
}

function isBetter(volume: PersistentVolume, other: PersistentVolume): boolean {
  const modes = new Set(volume.spec?.accessModes).size - new Set(other.spec?.accessModes).size;
  if (modes !== 0) return modes < 0;
  const size = compareQuantities(storageOf(volume.spec?.capacity), storageOf(other.spec?.capacity));
  return size === 0 ? volume.metadata.name < other.metadata.name : size < 0;
}
