import type { DaemonSetStatus, Pod } from '@berth/kinds';
import { present } from '../present.ts';
import { isPodAvailable } from '../pods/pod-availability.ts';
import { isPodReady } from '../pods/pod-state.ts';
import { isUpdated, specOf, statusOf } from './daemon-set-facts.ts';
import { eligibilityOf } from './eligible-nodes.ts';
import type { Situation } from './manage-pods.ts';

/** The numbers of a DaemonSet. Of several pods on one node the oldest counts. */
export function daemonSetStatus(situation: Situation, collisionCount: number | undefined): DaemonSetStatus {
  const { daemonSet, nodes, byNode, now } = situation;
  const { minReadySeconds } = specOf(daemonSet);
  const count = { desired: 0, current: 0, ready: 0, available: 0, updated: 0, misscheduled: 0 };
  for (const node of nodes) {
    const pod: Pod | undefined = byNode.get(node.metadata.name)?.[0];
    if (!eligibilityOf(daemonSet, node).shouldRun) {
      if (pod) count.misscheduled++;
      continue;
    }
    count.desired++;
    if (!pod) continue;
    count.current++;
    if (isPodReady(pod)) count.ready++;
    if (isPodAvailable(pod, minReadySeconds, now)) count.available++;
    if (isUpdated(pod, situation)) count.updated++;
  }
  return present<DaemonSetStatus>({
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    desiredNumberScheduled: count.desired,
    numberReady: count.ready,
    observedGeneration: daemonSet.metadata.generation,
    updatedNumberScheduled: count.updated || undefined,
    numberAvailable: count.available || undefined,
    numberUnavailable: count.desired - count.available || undefined,
    collisionCount,
    conditions: statusOf(daemonSet).conditions,
  });
}
