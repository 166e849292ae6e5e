import type { Deployment, ReplicaSet } from '@berth/kinds';
import { desiredReplicasAnnotation, maxReplicasAnnotation } from './annotations.ts';
import { compareByAge, maxSurge, wantedReplicas } from './deployment-facts.ts';
import { isSameTemplate } from './same-template.ts';

/** A Deployment and its ReplicaSets: as they are, or as they are to be. */
export interface Rollout {
  readonly deployment: Deployment;
  /** The ReplicaSet of the Deployment's template; undefined while there is none. */
  readonly newSet: ReplicaSet | undefined;
  /** The others, oldest first. */
  readonly oldSets: readonly ReplicaSet[];
}

export function rolloutOf(deployment: Deployment, sets: readonly ReplicaSet[]): Rollout {
  const byAge = sets.toSorted(compareByAge);
  const template = deployment.spec?.template ?? {};
  // Should several have the template, the oldest has been it the longest.
  const newSet = byAge.find(({ spec }) => isSameTemplate(spec?.template ?? {}, template));
  return { deployment, newSet, oldSets: byAge.filter((set) => set !== newSet) };
}

export function allSets({ newSet, oldSets }: Rollout): readonly ReplicaSet[] {
  return newSet ? [...oldSets, newSet] : oldSets;
}

/** The set with this size, and what the Deployment wants beside it. */
export function resized(set: ReplicaSet, replicas: number, deployment: Deployment): ReplicaSet {
  const wanted = wantedReplicas(deployment);
  const annotations = {
    ...set.metadata.annotations,
    [desiredReplicasAnnotation]: String(wanted),
    [maxReplicasAnnotation]: String(wanted + maxSurge(deployment)),
  };
  return {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, template: set.spec?.template ?? {}, replicas },
  };
}

/** The rollout with sets of other sizes, by their names. */
export function withSizes(rollout: Rollout, sizes: ReadonlyMap<string, number>): Rollout {
  const resize = (set: ReplicaSet): ReplicaSet => {
    const size = sizes.get(set.metadata.name);
    return size === undefined ? set : resized(set, size, rollout.deployment);
  };
  return {
    ...rollout,
    newSet: rollout.newSet && resize(rollout.newSet),
    oldSets: rollout.oldSets.map(resize),
  };
}
