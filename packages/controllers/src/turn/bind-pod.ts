import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';

/** The pod as the `binding` subresource leaves it: assigned to a node, and PodScheduled since `now`. */
export function bindPod(pod: Pod, node: string, now: Date): Pod {
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: 'True',
    lastTransitionTime: toTime(now),
  };
  // What was promised it is settled now.
  const { nominatedNodeName: _promised, conditions = [], ...status } = pod.status ?? {};
  const others = conditions.filter((condition) => condition.type !== scheduled.type);
  return {
    ...pod,
    spec: { ...pod.spec, nodeName: node },
    status: { ...status, conditions: [...others, scheduled] },
  };
}
