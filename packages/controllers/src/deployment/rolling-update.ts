import type { ReplicaSet } from '@berth/kinds';
import {
  availableOf,
  isActiveSet,
  maxSurge,
  maxUnavailable,
  replicasOf,
  sumOfReplicas,
  wantedReplicas,
} from './deployment-facts.ts';
import { allSets, type Rollout, withSizes } from './rollout.ts';

/**
 * The next step of a rolling update: the new set grows as far as surge allows; once it cannot, the old ones shrink as
 * far as availability allows. The same rollout if there is nothing to do for now.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function rollingStep(rollout: Rollout): Rollout {
  const { newSet } = rollout;
  if (!newSet) return rollout;
  const size = newSetSize(rollout);
  if (size !== replicasOf(newSet)) return withSizes(rollout, new Map([[newSet.metadata.name, size]]));
  return shrinkOldSets(rollout, newSet);
}

/** How large the new set may be at once. */
export function newSetSize(rollout: Rollout): number {
  const { deployment, newSet } = rollout;
  const wanted = wantedReplicas(deployment);
  const current = newSet ? replicasOf(newSet) : 0;
  if (current >= wanted) return wanted;
  const room = wanted + maxSurge(deployment) - sumOfReplicas(allSets(rollout));
  return current + Math.min(Math.max(0, room), wanted - current);
}

function shrinkOldSets(rollout: Rollout, newSet: ReplicaSet): Rollout {
  const { deployment } = rollout;
  const minAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = replicasOf(newSet) - availableOf(newSet);
  const most = sumOfReplicas(allSets(rollout)) - minAvailable - newUnavailable;
  if (most <= 0 || !rollout.oldSets.some(isActiveSet)) return rollout;
  // Pods that do not work first: they would hold up the rollout, and nobody misses them.
  const sizes = new Map<string, number>();
  takeAway(rollout.oldSets, { sizes, most, ofSet: (set) => replicasOf(set) - availableOf(set) });
  const available = allSets(rollout).reduce((sum, set) => sum + availableOf(set), 0);
  takeAway(rollout.oldSets, {
    sizes,
    most: available - minAvailable,
    ofSet: (set) => sizes.get(set.metadata.name) ?? replicasOf(set),
  });
  return sizes.size > 0 ? withSizes(rollout, sizes) : rollout;
}

/** Makes sets smaller, the oldest first, by `most` altogether. */
function takeAway(
  oldSets: readonly ReplicaSet[],
  options: { sizes: Map<string, number>; most: number; ofSet: (set: ReplicaSet) => number },
): void {
  const { sizes, ofSet } = options;
  let left = options.most;
  for (const set of oldSets) {
    const count = Math.min(left, ofSet(set));
    if (count <= 0) continue;
    sizes.set(set.metadata.name, (sizes.get(set.metadata.name) ?? replicasOf(set)) - count);
    left -= count;
  }
}
