import type { Pod } from '@berth/kinds';
import { controllingOwner, ownersSelecting, refersTo } from '../claims/owner-kind.ts';
import { controllerOf } from '../ownership.ts';
import type { Action, ClusterView, ReconcileKey } from '../reconciler.ts';
import { finishedCondition, isManagedElsewhere } from './job-facts.ts';
import { jobOwner } from './job-owner.ts';
import { stopTracking } from './pod-tracking.ts';

/** Pods that no running Job counts: they lose the finalizer that would hold them for ever. */
export function reconcilePod(key: ReconcileKey, view: ClusterView): readonly Action[] {
  const pod = view.get<Pod>(key);
  if (!pod) return [];
  const controller = controllerOf(pod);
  if (!controller) return ownersSelecting(pod, view, jobOwner).length > 0 ? [] : stopTracking(pod);
  if (!refersTo(controller, jobOwner)) return [];
  const job = controllingOwner(pod, view, jobOwner);
  const isCounting = job && (isManagedElsewhere(job) || !finishedCondition(job));
  return isCounting ? [] : stopTracking(pod);
}
