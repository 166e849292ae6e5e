import type { Pod, ReplicaSetCondition, ReplicaSetStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { isPodAvailable } from '../pods/pod-availability.ts';
import { isPodReady } from '../pods/pod-state.ts';
import { present } from '../present.ts';
import type { ReplicaOwner } from './replica-kind.ts';

/** What one reconcile found and did, as far as the status tells of it. */
export interface ReplicaCensus {
  /** Active pods that stay. */
  readonly active: readonly Pod[];
  /** Pods that this reconcile creates; they are of the template, and not ready. */
  readonly created: number;
  /** Undefined where the kind does not tell. */
  readonly terminating: number | undefined;
  /** What a create was refused for. */
  readonly refusal: string | undefined;
}

export function replicaStatus(owner: ReplicaOwner, census: ReplicaCensus, now: Date): ReplicaSetStatus {
  const { spec = {}, metadata, status } = owner;
  const { active, created, terminating } = census;
  const labels = Object.entries(spec.template?.metadata?.labels ?? {});
  let [labeled, ready, available] = [created, 0, 0];
  for (const pod of active) {
    if (hasLabels(pod, labels)) labeled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isPodAvailable(pod, spec.minReadySeconds, now)) available++;
  }
  const conditions = failureConditions(status?.conditions ?? [], { refusal: census.refusal, now });
  return present<ReplicaSetStatus>({
    replicas: active.length + created,
    fullyLabeledReplicas: labeled || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: available || undefined,
    terminatingReplicas: terminating,
    observedGeneration: metadata.generation,
    conditions: conditions.length > 0 ? [...conditions] : undefined,
  });
}

function hasLabels({ metadata }: Pod, labels: ReadonlyArray<readonly [string, string]>): boolean {
  for (const [key, value] of labels) if (metadata.labels?.[key] !== value) return false;
  return true;
}

const failureType = 'ReplicaFailure';

/** The condition that tells that pods could not be created stands as long as that is so, as it was first written. */
function failureConditions(
  conditions: readonly ReplicaSetCondition[],
  { refusal, now }: { refusal: string | undefined; now: Date },
): readonly ReplicaSetCondition[] {
  const failure = conditions.find(({ type }) => type === failureType);
  if (refusal === undefined) return conditions.filter((condition) => condition !== failure);
  if (failure) return conditions;
  const lastTransitionTime = toTime(now);
  const reason = 'FailedCreate';
  return [...conditions, { type: failureType, status: 'True', lastTransitionTime, reason, message: refusal }];
}
