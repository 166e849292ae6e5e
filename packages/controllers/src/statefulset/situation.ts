import type { ControllerRevision, Pod, StatefulSet } from '@berth/kinds';
import type { History } from '../history/settle-history.ts';
import { templateOfRevision } from '../history/revision-data.ts';
import { isUnavailable } from './pod-health.ts';
import { ordinalOf, ordinalsOf, specOf, statusOf } from './stateful-set-facts.ts';
import type { Version } from './stateful-pod.ts';

/** A StatefulSet and its pods as one reconcile finds them. */
export interface Situation {
  readonly set: StatefulSet;
  readonly now: Date;
  /** One for each ordinal that is wanted, in order; without a pod where there is none. */
  readonly replicas: readonly Replica[];
  /** Pods of other ordinals, the highest first. */
  readonly condemned: readonly Pod[];
  readonly pods: readonly Pod[];
  /** The first pod, from the lowest ordinal on, that is not available; pods to go come after those to stay. */
  readonly firstUnhealthy: Pod | undefined;
  readonly current: Version;
  readonly update: Version;
}

export interface Replica {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

export function observe(
  set: StatefulSet,
  found: {
    readonly pods: readonly Pod[];
    readonly revisions: readonly ControllerRevision[];
    readonly history: History;
    readonly now: Date;
  },
): Situation {
  const { pods, now } = found;
  const { first, end } = ordinalsOf(set);
  const byOrdinal = new Map<number, Pod>();
  for (const pod of pods) byOrdinal.set(ordinalOf(pod, set) ?? -1, pod);
  const replicas = Array.from({ length: end - first }, (_, index): Replica => {
    return { ordinal: first + index, pod: byOrdinal.get(first + index) };
  });
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => ordinal >= 0 && (ordinal < first || ordinal >= end))
    .sort(([left], [right]) => right - left)
    .map(([, pod]) => pod);
  const { minReadySeconds } = specOf(set);
  const isUnhealthy = (pod: Pod): boolean => isUnavailable(pod, minReadySeconds, now);
  const unhealthy = replicas.find(({ pod }) => !pod || isUnhealthy(pod));
  const firstUnhealthy = unhealthy ? unhealthy.pod : condemned.findLast(isUnhealthy);
  return { set, now, replicas, condemned, pods, firstUnhealthy, ...versionsOf(set, found) };
}

/** The template that pods came to be of last, and the one that they are to be of. */
function versionsOf(
  set: StatefulSet,
  { revisions, history }: { readonly revisions: readonly ControllerRevision[]; readonly history: History },
): { current: Version; update: Version } {
  const { template } = specOf(set);
  const update = { template, revision: history.current.metadata.name };
  const { currentRevision } = statusOf(set);
  const former = revisions.find(({ metadata }) => metadata.name === currentRevision);
  if (!former || currentRevision === undefined) return { current: update, update };
  return {
    current: { template: templateOfRevision(former) ?? template, revision: currentRevision },
    update,
  };
}

/** A missing pod below the partition is made of the template that the others there are of. */
export function versionFor({ set, current, update }: Situation, ordinal: number): Version {
  const { updateStrategy } = specOf(set);
  if (updateStrategy?.type !== 'RollingUpdate') return update;
  const { first } = ordinalsOf(set);
  const kept = updateStrategy.rollingUpdate
    ? (updateStrategy.rollingUpdate.partition ?? 0)
    : (statusOf(set).currentReplicas ?? 0);
  return ordinal < first + kept ? current : update;
}
