import type { Pod } from '@berth/kinds';
import type { ClusterView } from '../reconciler.ts';
import { isPodEnded } from '../pods/pod-state.ts';
import { isActiveSet, wantedReplicas } from './deployment-facts.ts';
import { type Rollout, withSizes } from './rollout.ts';

/** No new pod is made before the last old one has ended. */
export function areOldPodsGone({ oldSets }: Rollout, view: ClusterView): boolean {
  return oldSets.every((set) => view.ownedBy<Pod>(set.metadata.uid ?? '', 'pods').every(isPodEnded));
}

/** The old sets without pods; once these are gone, the new one whole. */
export function recreateStep(rollout: Rollout, { isFree }: { readonly isFree: boolean }): Rollout {
  const active = rollout.oldSets.filter(isActiveSet);
  if (active.length > 0) {
    return withSizes(rollout, new Map(active.map((set) => [set.metadata.name, 0])));
  }
  const { newSet } = rollout;
  if (!newSet || !isFree) return rollout;
  return withSizes(rollout, new Map([[newSet.metadata.name, wantedReplicas(rollout.deployment)]]));
}
