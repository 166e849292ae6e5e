import type { Pod, PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { Action, ClusterView, ReconcileKey } from '../reconciler.ts';
import { evictionTimeoutMs } from './budget.ts';

const conditionType = 'DisruptionTarget';

/** A pod that was to be disrupted and that nobody deleted is a target no more. */
export function reconcileStaleTarget(key: ReconcileKey, view: ClusterView, now: Date): readonly Action[] {
  const pod = view.get<Pod>(key);
  const target = pod && disruptionTarget(pod);
  if (!target) return [];
  const staleAt = Date.parse(target.lastTransitionTime ?? '') + evictionTimeoutMs;
  if (staleAt > now.getTime()) return [{ type: 'wakeAt', at: new Date(staleAt) }];
  const others = (pod.status?.conditions ?? []).filter((condition) => condition !== target);
  const condition = { type: conditionType, status: 'False', lastTransitionTime: toTime(now) };
  const status = { ...pod.status, conditions: [...others, condition] };
  return [{ type: 'updateStatus', object: { ...pod, status } }];
}

/** The condition that may become stale: a node takes its time, and what ended or goes stays a target. */
export function disruptionTarget({ metadata, status }: Pod): PodCondition | undefined {
  if (metadata.deletionTimestamp || status?.phase === 'Succeeded' || status?.phase === 'Failed')
    return undefined;
  return status?.conditions?.find(
    (condition) =>
      condition.type === conditionType &&
      condition.status === 'True' &&
      condition.reason !== 'TerminationByKubelet',
  );
}
