import type { Pod } from '@berth/kinds';
import { controllerOf } from '../ownership.ts';
import { podsToDelete } from '../pods/deletion-ranks.ts';
import { isPodActive } from '../pods/pod-state.ts';
import type { ClusterView, ReconcileContext } from '../reconciler.ts';
import type { ReplicaOwner } from './replica-kind.ts';

/** What is to happen to the pods of one owner: some are created, or some are deleted. */
export interface PodPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** Brings the number of active pods to what is wanted, as far as one reconcile goes. */
export function planPods(
  owner: ReplicaOwner,
  active: readonly Pod[],
  { view, context }: { view: ClusterView; context: ReconcileContext },
): PodPlan {
  const { podsAtOnce, mostCreates = podsAtOnce } = context;
  const missing = (owner.spec?.replicas ?? 1) - active.length;
  if (missing >= 0) {
    return { create: Math.min(missing, podsAtOnce, mostCreates), remove: [] };
  }
  const count = Math.min(-missing, podsAtOnce);
  if (count === active.length) return { create: 0, remove: active };
  const related = relatedPods(owner, active, view);
  return { create: 0, remove: podsToDelete(active, count, { now: context.now, related }) };
}

/** Active pods of all owners that replace each other: those of one Deployment. */
function relatedPods(owner: ReplicaOwner, active: readonly Pod[], view: ClusterView): readonly Pod[] {
  const controller = controllerOf(owner);
  if (!controller) return active;
  const siblings = view.ownedBy(controller.uid).filter((object) => object.kind === owner.kind);
  return siblings.flatMap(({ metadata }) =>
    metadata.uid === owner.metadata.uid
      ? active
      : view.ownedBy<Pod>(metadata.uid ?? '', 'pods').filter(isPodActive),
  );
}
