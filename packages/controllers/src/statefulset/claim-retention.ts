import type { PersistentVolumeClaim, Pod, StatefulSet } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { controllerReference } from '../ownership.ts';
import { ordinalOf, ordinalsOf, specOf } from './stateful-set-facts.ts';

/**
 * The claim with the owners that the retention policy gives it: the set, to go with it; the pod, to go when the set has
 * been scaled below it; nobody, to stay. A claim that something else controls is left alone. The same claim if it has
 * the right owners.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
 */
export function withRetention(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Pod | undefined,
): PersistentVolumeClaim {
  const { ownerReferences = [] } = claim.metadata;
  const others = ownerReferences.filter(({ uid, kind, name }) => {
    if (uid === set.metadata.uid) return false;
    return !(pod && kind === 'Pod' && name === pod.metadata.name);
  });
  if (others.some(({ controller }) => controller)) return claim;
  const owner = ownerOf(set, pod);
  const wanted = owner ? [...others, controllerReference(owner)] : others;
  if (semanticEqual(wanted, ownerReferences)) return claim;
  const { ownerReferences: _former, ...metadata } = claim.metadata;
  return { ...claim, metadata: wanted.length > 0 ? { ...metadata, ownerReferences: wanted } : metadata };
}

function ownerOf(set: StatefulSet, pod: Pod | undefined): StatefulSet | Pod | undefined {
  const { whenDeleted, whenScaled } = specOf(set).persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === 'Delete' && pod && isScaledDown(set, pod)) return pod;
  return whenDeleted === 'Delete' ? set : undefined;
}

function isScaledDown(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod, set);
  const { first, end } = ordinalsOf(set);
  return ordinal !== undefined && (ordinal < first || ordinal >= end);
}

/** Owned by a pod of that name that is no more: the claim will go, and a new one take its place. */
export function isStale({ metadata }: PersistentVolumeClaim, pod: Pod): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, name, uid }) => kind === 'Pod' && name === pod.metadata.name && uid !== pod.metadata.uid,
  );
}
