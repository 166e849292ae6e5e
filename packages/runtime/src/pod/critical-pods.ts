import type { Pod } from '@berth/kinds';

/** The lowest priority of pods that a cluster cannot do without. */
const criticalPriority = 2_000_000_000;
/** Of the time that a node has to end its pods, what it keeps for the critical ones. */
const criticalShare = 1 / 3;

export interface StopGroup<T> {
  readonly members: readonly T[];
  /** How long each may take at most. */
  readonly graceSeconds: number;
}

/**
 * In which order a node that goes ends its pods: the critical ones last, so that what others need goes on until they have ended.
 * https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#graceful-node-shutdown
 */
export function stopGroups<T>(
  members: readonly T[],
  podOf: (member: T) => Pod | undefined,
  maxGraceSeconds: number,
): Array<StopGroup<T>> {
  const isCritical = (member: T) => (podOf(member)?.spec?.priority ?? 0) >= criticalPriority;
  const critical = members.filter(isCritical);
  const others = members.filter((member) => !isCritical(member));
  const isShared = critical.length > 0 && others.length > 0 && Number.isFinite(maxGraceSeconds);
  const kept = isShared ? Math.ceil(maxGraceSeconds * criticalShare) : maxGraceSeconds;
  const groups = [
    { members: others, graceSeconds: isShared ? maxGraceSeconds - kept : maxGraceSeconds },
    { members: critical, graceSeconds: kept },
  ];
  return groups.filter(({ members: { length } }) => length > 0);
}
