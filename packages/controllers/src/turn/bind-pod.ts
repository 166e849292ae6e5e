import type { Pod, PodCondition } from '@berth/kinds';
import { type KubeObject, toTime } from '@berth/machinery';

/** The pod as the `binding` subresource leaves it: assigned to a node, and PodScheduled since `now`. */
export function bindPod(object: KubeObject, node: string, now: Date): Pod {
  // Only pods are bound: the action names one by key and uid.
  const pod = object as Pod;
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: 'True',
    lastTransitionTime: toTime(now),
  };
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== scheduled.type);
  return {
    ...pod,
    spec: { ...pod.spec, nodeName: node },
    status: { ...pod.status, conditions: [...others, scheduled] },
  };
}
