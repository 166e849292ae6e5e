import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';

const type = 'DisruptionTarget';

/**
 * The pod with the condition that says why it is about to be ended by somebody else than itself.
 * https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
 */
export function withDisruptionTarget(
  pod: Pod,
  { reason, message, now }: { readonly reason: string; readonly message: string; readonly now: Date },
): Pod {
  const { conditions = [] } = pod.status ?? {};
  const { generation } = pod.metadata;
  const current = conditions.find((condition) => condition.type === type);
  const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
  const condition: PodCondition = {
    type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: 'True',
    lastTransitionTime: since ?? toTime(now),
    reason,
    message,
  };
  const others = conditions.filter((other) => other !== current);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
