import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { bindCompletedAnnotation, boundByControllerAnnotation, tiedTo } from '@berth/scheduler';
import type { Action } from '../reconciler.ts';
import { toPhase, withAnnotations } from './volume-facts.ts';

/**
 * Ties both to each other: the volume to the claim, then the claim to the volume, each with its phase. What is so already
 * is left alone, so that whatever an interrupted binding left behind is completed.
 */
export function bind(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  { now }: { readonly now: Date },
): readonly Action[] {
  const tied = isTied(volume, claim) ? volume : tiedTo(claim, volume);
  const named = nameVolume(claim, volume);
  const status = boundStatus(claim, volume);
  return [
    ...(tied === volume ? [] : [{ type: 'update' as const, object: tied }]),
    ...toPhase(tied, 'Bound', { now }),
    ...(named === claim ? [] : [{ type: 'update' as const, object: named }]),
    ...(semanticEqual(status, claim.status)
      ? []
      : [{ type: 'updateStatus' as const, object: { ...named, status } as PersistentVolumeClaim }]),
  ];
}

function isTied({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  return Boolean(metadata.uid) && spec?.claimRef?.uid === metadata.uid;
}

function nameVolume(claim: PersistentVolumeClaim, { metadata }: PersistentVolume): PersistentVolumeClaim {
  const isNamed = claim.spec?.volumeName === metadata.name;
  const isCompleted = claim.metadata.annotations?.[bindCompletedAnnotation] !== undefined;
  if (isNamed && isCompleted) return claim;
  const annotated = withAnnotations(claim, {
    [bindCompletedAnnotation]: 'yes',
    ...(!isNamed && { [boundByControllerAnnotation]: 'yes' }),
  });
  return { ...annotated, spec: { ...claim.spec, volumeName: metadata.name } };
}

/** What a claim has is what its volume was when they were bound: later it changes by expansion alone. */
function boundStatus(
  { status }: PersistentVolumeClaim,
  { spec }: PersistentVolume,
): PersistentVolumeClaim['status'] {
  const wasBound = status?.phase === 'Bound' && status.capacity !== undefined;
  return {
    ...status,
    phase: 'Bound',
    accessModes: [...(spec?.accessModes ?? [])],
    capacity: wasBound ? { ...status.capacity } : { ...spec?.capacity },
  };
}
