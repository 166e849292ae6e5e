import type { Pod, PodCondition } from '@berth/kinds';
import { withDisruptionTarget } from '../pods/disruption-target.ts';
import type { Action } from '../reconciler.ts';
import { removePod } from './remove-pod.ts';

/** A node that is missing only for so long has lost nothing: it may be coming back. */
const quarantineMs = 40_000;
const disruption = 'DisruptionTarget';
const reason = 'DeletionByPodGC';

/** A pod whose node is no more is marked, and after a while removed. */
export function orphanedPodActions(pod: Pod, now: Date): readonly Action[] {
  const marked = pod.status?.conditions?.find(isMark);
  if (!marked) {
    const object = withDisruptionTarget(pod, { reason, message: 'PodGC: node no longer exists', now });
    const removeAt = new Date(Date.parse(markTime(object) ?? '') + quarantineMs);
    return [
      { type: 'updateStatus', object },
      { type: 'wakeAt', at: removeAt > now ? removeAt : now },
    ];
  }
  const due = Date.parse(marked.lastTransitionTime ?? '') + quarantineMs;
  if (due > now.getTime()) return [{ type: 'wakeAt', at: new Date(due) }];
  return removePod(pod);
}

/** The node is back: what was marked stays. */
export function forgivenPodActions(pod: Pod): readonly Action[] {
  const { conditions = [] } = pod.status ?? {};
  const others = conditions.filter((condition) => !isMark(condition));
  if (others.length === conditions.length) return [];
  return [{ type: 'updateStatus', object: { ...pod, status: { ...pod.status, conditions: others } } }];
}

function markTime({ status }: Pod): string | undefined {
  return status?.conditions?.find(isMark)?.lastTransitionTime;
}

function isMark(condition: PodCondition): boolean {
  return condition.type === disruption && condition.reason === reason;
}
