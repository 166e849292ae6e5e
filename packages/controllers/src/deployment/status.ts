import type { DeploymentStatus, ReplicaSet } from '@berth/kinds';
import { present } from '../present.ts';
import { withCondition } from './conditions.ts';
import {
  availableOf,
  type DeploymentCondition,
  maxUnavailable,
  sumOfReplicas,
  wantedReplicas,
} from './deployment-facts.ts';
import { allSets, type Rollout } from './rollout.ts';

export interface StatusOptions {
  /** The sets whose pods count as the Deployment's. */
  readonly counted: readonly ReplicaSet[];
  readonly conditions: readonly DeploymentCondition[];
  readonly now: string;
}

/** What the sets come to together. Counts of 0 are absent, as Go's `omitempty` has it. */
export function countStatus(rollout: Rollout, options: StatusOptions): DeploymentStatus {
  const { deployment, newSet } = rollout;
  const { counted, now } = options;
  const sum = (of: (set: ReplicaSet) => number | undefined): number =>
    counted.reduce((total, set) => total + (of(set) ?? 0), 0);
  const available = sum((set) => set.status?.availableReplicas);
  const conditions = withCondition(options.conditions, availability(rollout, available), { now });
  return present<DeploymentStatus>({
    observedGeneration: deployment.metadata.generation,
    replicas: nonZero(sum((set) => set.status?.replicas)),
    updatedReplicas: nonZero(newSet?.status?.replicas ?? 0),
    readyReplicas: nonZero(sum((set) => set.status?.readyReplicas)),
    availableReplicas: nonZero(available),
    unavailableReplicas: nonZero(Math.max(0, sumOfReplicas(counted) - available)),
    terminatingReplicas: terminating(allSets(rollout)),
    conditions: conditions.length > 0 ? [...conditions] : undefined,
    collisionCount: deployment.status?.collisionCount,
  });
}

function availability({ deployment }: Rollout, available: number) {
  const isEnough = available >= wantedReplicas(deployment) - maxUnavailable(deployment);
  return isEnough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** Undefined until every set has counted its own. */
function terminating(sets: readonly ReplicaSet[]): number | undefined {
  const counts = sets.flatMap(({ status }) => status?.terminatingReplicas ?? []);
  return counts.length < sets.length ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function nonZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

/** Every pod is of the newest template and available, and no other is left. */
export function isComplete({ deployment, newSet }: Rollout, status: DeploymentStatus): boolean {
  const wanted = wantedReplicas(deployment);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  return (
    newSet !== undefined &&
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted &&
    observedGeneration >= (deployment.metadata.generation ?? 0) &&
    availableOf(newSet) === wanted
  );
}
