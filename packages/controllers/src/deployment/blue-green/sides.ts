import { abortedAnnotation, liveGate, type ReplicaSet, sideAnnotation } from '@berth/kinds';

/** When traffic left it. */
const retiredAtAnnotation = 'deploy.berth.dev/retired-at';

export const sideAnnotations = [sideAnnotation, retiredAtAnnotation, abortedAnnotation] as const;

/**
 * `live`: its pods serve, now or as soon as they are ready. `retired`: they did, and are kept for a way back. `waiting`:
 * they are held back. Pods without the gate cannot be held back.
 */
export type Side = 'live' | 'retired' | 'waiting';

export function isGated({ spec }: ReplicaSet): boolean {
  return (spec?.template?.spec?.readinessGates ?? []).some(({ conditionType }) => conditionType === liveGate);
}

export function sideOf(set: ReplicaSet): Side {
  if (!isGated(set)) return 'live';
  const side = set.metadata.annotations?.[sideAnnotation];
  return side === 'live' || side === 'retired' ? side : 'waiting';
}

export function isAborted({ metadata }: ReplicaSet): boolean {
  return metadata.annotations?.[abortedAnnotation] !== undefined;
}

/** When traffic left the set, in milliseconds. What is no time counts as long ago. */
export function retiredAt({ metadata }: ReplicaSet): number {
  return Date.parse(metadata.annotations?.[retiredAtAnnotation] ?? '') || 0;
}

export function asLive(set: ReplicaSet): ReplicaSet {
  return isGated(set) ? withMarks(set, { [sideAnnotation]: 'live' }) : withoutMarks(set);
}

export function asRetired(set: ReplicaSet, at: string): ReplicaSet {
  return withMarks(set, { [sideAnnotation]: 'retired', [retiredAtAnnotation]: at });
}

export function asAborted(set: ReplicaSet): ReplicaSet {
  return withMarks(set, { [abortedAnnotation]: 'true' });
}

/** The set with no part in anything, as it is when it has no pods; the same one if it has none. */
export function withoutMarks(set: ReplicaSet): ReplicaSet {
  const { annotations = {} } = set.metadata;
  return sideAnnotations.some((name) => name in annotations) ? withMarks(set, {}) : set;
}

function withMarks(set: ReplicaSet, marks: Readonly<Record<string, string>>): ReplicaSet {
  const annotations = { ...set.metadata.annotations };
  for (const name of sideAnnotations) delete annotations[name];
  return { ...set, metadata: { ...set.metadata, annotations: { ...annotations, ...marks } } };
}
