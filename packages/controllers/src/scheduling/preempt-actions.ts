import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { NodeState, PodFacts } from '@berth/scheduler';
import type { Action } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

export interface PreemptOptions {
  readonly node: NodeState;
  readonly victims: readonly PodFacts[];
  /** Uids of those that were asked to go already; those of this preemption are added. */
  readonly gone: Set<string>;
  readonly now: Date;
}

/** Asks the victims to go: each is told for whom, and gets its own grace. */
export function preemptActions(
  { uid }: PodFacts,
  { node, victims, gone, now }: PreemptOptions,
): readonly Action[] {
  return victims.flatMap(({ pod, uid: victimUid, isTerminating }): Action[] => {
    if (isTerminating || gone.has(victimUid)) return [];
    gone.add(victimUid);
    const message = `Preempted by pod ${uid} on node ${node.name}`;
    return [
      { type: 'updateStatus', object: withDisruption(pod, now) },
      { type: 'delete', key: keyOf('pods', pod), uid: victimUid },
      { type: 'event', regarding: pod, eventType: 'Normal', reason: 'Preempted', message },
    ];
  });
}

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function withDisruption(pod: Pod, now: Date): Pod {
  const type = 'DisruptionTarget';
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== type);
  const condition: PodCondition = {
    type,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: 'True',
    lastTransitionTime: toTime(now),
    reason: 'PreemptionByScheduler',
    message: 'default-scheduler: preempting to accommodate a higher priority pod',
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
