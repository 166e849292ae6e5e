import type { Deployment, ReplicaSet } from '@berth/kinds';
import { desiredReplicasAnnotation, maxReplicasAnnotation } from './annotations.ts';
import {
  compareByAge,
  isActiveSet,
  isRollingUpdate,
  maxSurge,
  replicasOf,
  sumOfReplicas,
  wantedReplicas,
} from './deployment-facts.ts';
import { allSets, type Rollout, withSizes } from './rollout.ts';

/** Whether the Deployment was made larger or smaller since its sets got their sizes. */
export function isScaled(rollout: Rollout): boolean {
  const wanted = wantedReplicas(rollout.deployment);
  return allSets(rollout)
    .filter(isActiveSet)
    .some((set) => (numberIn(set, desiredReplicasAnnotation) ?? wanted) !== wanted);
}

/**
 * The sets with what was added to the Deployment, or taken from it, shared out among them by their sizes: in the middle
 * of a rollout no template gains by it, so that the risk stays as it was.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
 */
export function scaleSets(rollout: Rollout): Rollout {
  const { deployment, newSet, oldSets } = rollout;
  const wanted = wantedReplicas(deployment);
  const active = allSets(rollout).filter(isActiveSet);
  const only = active.length === 0 ? (newSet ?? oldSets.at(-1)) : active.length === 1 ? active[0] : undefined;
  if (only) return withSizes(rollout, new Map([[only.metadata.name, wanted]]));
  if (newSet && isSaturated(newSet, wanted)) {
    const olds = oldSets.filter(isActiveSet);
    return withSizes(rollout, new Map(olds.map((set) => [set.metadata.name, 0])));
  }
  return isRollingUpdate(deployment) ? withSizes(rollout, shares(deployment, active)) : rollout;
}

function isSaturated(set: ReplicaSet, wanted: number): boolean {
  return (
    replicasOf(set) === wanted &&
    numberIn(set, desiredReplicasAnnotation) === wanted &&
    set.status?.availableReplicas === wanted
  );
}

function shares(deployment: Deployment, active: readonly ReplicaSet[]): ReadonlyMap<string, number> {
  const wanted = wantedReplicas(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - sumOfReplicas(active);
  const age = toAdd > 0 ? -1 : 1;
  const bySize = active.toSorted((a, b) => replicasOf(b) - replicasOf(a) || age * compareByAge(a, b));
  const sizes = new Map<string, number>();
  let added = 0;
  for (const set of bySize) {
    const share = toAdd === added ? 0 : within(shareOf(set, deployment), toAdd - added);
    sizes.set(set.metadata.name, replicasOf(set) + share);
    added += share;
  }
  const [largest] = bySize;
  if (largest) {
    const { name } = largest.metadata;
    sizes.set(name, Math.max(0, (sizes.get(name) ?? 0) + toAdd - added));
  }
  return sizes;
}

/** No more than is left to add, or to take away. */
function within(share: number, left: number): number {
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

function shareOf(set: ReplicaSet, deployment: Deployment): number {
  const size = replicasOf(set);
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -size;
  const mostBefore = numberIn(set, maxReplicasAnnotation) || (deployment.status?.replicas ?? 0);
  if (mostBefore === 0) return 0;
  return Math.round((size * (wanted + maxSurge(deployment))) / mostBefore) - size;
}

function numberIn(set: ReplicaSet, annotation: string): number | undefined {
  const text = set.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
