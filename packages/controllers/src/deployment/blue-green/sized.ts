import type { ReplicaSet } from '@berth/kinds';
import { isActiveSet, replicasOf, wantedReplicas } from '../deployment-facts.ts';
import { resized, type Rollout } from '../rollout.ts';
import { sideOf } from './sides.ts';

/** A set with pods that serve. */
export function isServing(set: ReplicaSet): boolean {
  return isActiveSet(set) && sideOf(set) === 'live';
}

/** The set as large as the Deployment. */
export function sized(set: ReplicaSet, { deployment }: Rollout): ReplicaSet {
  const wanted = wantedReplicas(deployment);
  return replicasOf(set) === wanted ? set : resized(set, wanted, deployment);
}

/** These sets as large as the Deployment. */
export function sizedAlike(rollout: Rollout, sets: readonly ReplicaSet[]): Rollout {
  const resize = (set: ReplicaSet): ReplicaSet => (sets.includes(set) ? sized(set, rollout) : set);
  return {
    ...rollout,
    newSet: rollout.newSet && resize(rollout.newSet),
    oldSets: rollout.oldSets.map(resize),
  };
}
