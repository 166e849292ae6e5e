import type { Cluster, ClusterPhase } from './cluster.ts';
import { type ConditionState, withConditions } from './conditions.ts';

/** Who has stopped a cluster. */
type SuspendedBy = 'Tenant' | 'Cluster' | undefined;

/** The status of a cluster as it follows from the object and its tenant: phase and conditions. The rest of it stays. */
export function clusterStatus(
  cluster: Cluster,
  { isTenantSuspended, now }: { readonly isTenantSuspended: boolean; readonly now: Date },
): NonNullable<Cluster['status']> {
  const { deletionTimestamp, generation } = cluster.metadata;
  const isDeleting = deletionTimestamp !== undefined;
  const suspendedBy: SuspendedBy = isTenantSuspended
    ? 'Tenant'
    : cluster.spec.suspended
      ? 'Cluster'
      : undefined;
  const phase: ClusterPhase = isDeleting ? 'Deleting' : suspendedBy ? 'Suspended' : 'Ready';
  const states = [readyState(isDeleting, suspendedBy), suspendedState(suspendedBy)];
  const conditions = withConditions(cluster.status?.conditions ?? [], states, {
    now,
    observedGeneration: generation,
  });
  return {
    ...cluster.status,
    phase,
    conditions,
    ...(generation !== undefined && { observedGeneration: generation }),
  };
}

function readyState(isDeleting: boolean, suspendedBy: SuspendedBy): ConditionState {
  const type = 'Ready';
  if (isDeleting) {
    return { type, isTrue: false, reason: 'Deleting', message: 'What is in the cluster is being removed.' };
  }
  return suspendedBy
    ? {
        type,
        isTrue: false,
        reason: `${suspendedBy}Suspended`,
        message: 'The cluster is read, and takes no writes.',
      }
    : { type, isTrue: true, reason: 'ClusterReady', message: 'The cluster takes requests.' };
}

function suspendedState(suspendedBy: SuspendedBy): ConditionState {
  const type = 'Suspended';
  if (!suspendedBy) return { type, isTrue: false, reason: 'Running', message: 'The cluster runs.' };
  const place = suspendedBy === 'Tenant' ? 'its Tenant' : 'the Cluster';
  return {
    type,
    isTrue: true,
    reason: `${suspendedBy}Suspended`,
    message: `Nothing is written and nothing runs until spec.suspended of ${place} is false.`,
  };
}
