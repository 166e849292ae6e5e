import type { Pod, StatefulSetStatus } from '@berth/kinds';
import { present } from '../present.ts';
import type { Pass } from './pass.ts';
import { isRunningAndAvailable, isRunningAndReady, isTerminating } from './pod-health.ts';
import type { Situation } from './situation.ts';
import { podRevision, specOf, statusOf } from './stateful-set-facts.ts';

/** The numbers of a StatefulSet, with what the pass did in them. */
export function statefulSetStatus(
  situation: Situation,
  { pass, collisionCount }: { readonly pass: Pass; readonly collisionCount: number | undefined },
): StatefulSetStatus {
  const { set, current, update } = situation;
  const count = countPods(situation, pass);
  const { replicas = 1, updateStrategy } = specOf(set);
  const isComplete =
    updateStrategy?.type === 'RollingUpdate' &&
    [count.updated, count.ready, count.all].every((number) => number === replicas);
  return present<StatefulSetStatus>({
    observedGeneration: set.metadata.generation,
    replicas: count.all,
    readyReplicas: count.ready || undefined,
    currentReplicas: (isComplete ? count.updated : count.current) || undefined,
    updatedReplicas: count.updated || undefined,
    currentRevision: isComplete ? update.revision : current.revision,
    updateRevision: update.revision,
    collisionCount: collisionCount ?? 0,
    conditions: statusOf(set).conditions,
    availableReplicas: count.available,
  });
}

function countPods(situation: Situation, { created, deleted }: Pass) {
  const { set, pods, current, update, now } = situation;
  const { minReadySeconds } = specOf(set);
  const count = { all: 0, ready: 0, available: 0, current: 0, updated: 0 };
  const countRevision = (pod: Pod): void => {
    if (podRevision(pod) === current.revision) count.current++;
    if (podRevision(pod) === update.revision) count.updated++;
  };
  for (const pod of pods) {
    count.all++;
    if (isRunningAndReady(pod)) count.ready++;
    if (isRunningAndAvailable(pod, minReadySeconds, now)) count.available++;
    if (!isTerminating(pod) && !deleted.has(pod)) countRevision(pod);
  }
  for (const pod of created) {
    count.all++;
    countRevision(pod);
  }
  return count;
}
