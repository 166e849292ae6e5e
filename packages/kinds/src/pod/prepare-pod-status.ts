import { goQuote, type KubeObject } from '@berth/machinery';
import type {
  ContainerStatus,
  Pod,
  PodCondition,
  PodReadinessGate,
  PodStatus,
} from '../generated/api-types.ts';
import { withMetadata } from '../lifecycle/metadata.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';

/** What an update of a pod's status may not change: all but the status, its owners, and what a node may not unsay. */
export function preparePodStatus(nextObject: KubeObject, currentObject: KubeObject): KubeObject {
  const next: Pod = nextObject;
  const current: Pod = currentObject;
  const kept = withMetadata(keepAllButStatus(next, current), {
    ownerReferences: current.metadata.ownerReferences,
  });
  const status = prepareStatus(next.status ?? {}, current.status ?? {});
  return { ...kept, status: heldBack(status, current.spec?.readinessGates ?? []) };
}

/**
 * No pod is ready while one of its gates is not open: who runs it may have looked at the gate a moment before it was
 * closed. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate
 */
function heldBack(status: PodStatus, gates: readonly PodReadinessGate[]): PodStatus {
  const { conditions = [] } = status;
  const closed = gates.find(({ conditionType }) => !isTrue(conditions, conditionType));
  if (!closed || !isTrue(conditions, 'Ready')) return status;
  const message = `the status of pod readiness gate ${goQuote(closed.conditionType)} is not "True"`;
  const held = { status: 'False', reason: 'ReadinessGatesNotReady', message };
  return {
    ...status,
    conditions: conditions.map((condition) =>
      condition.type === 'Ready' ? { ...condition, ...held } : condition,
    ),
  };
}

function isTrue(conditions: readonly PodCondition[], wanted: string): boolean {
  return conditions.some(({ type, status }) => type === wanted && status === 'True');
}

function prepareStatus(next: PodStatus, current: PodStatus): PodStatus {
  const status = withoutDisabled(withPodIps(next));
  if (!status.qosClass && current.qosClass) status.qosClass = current.qosClass;
  if (!status.observedGeneration && current.observedGeneration) {
    status.observedGeneration = current.observedGeneration;
  }
  if (status.conditions) status.conditions = keepGenerations(status.conditions, current.conditions ?? []);
  return status;
}

/** Fields behind gates of Kubernetes 1.36 that are off by default. */
function withoutDisabled({
  nodeAllocatableResourceClaimStatuses: _dropped,
  ...status
}: PodStatus): PodStatus {
  for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const) {
    const statuses = status[list];
    if (!statuses?.some(hasVolumeStatus)) continue;
    status[list] = statuses.map((container) => ({
      ...container,
      volumeMounts: (container.volumeMounts ?? []).map(({ volumeStatus: _volumeStatus, ...mount }) => mount),
    }));
  }
  return status;
}

function hasVolumeStatus({ volumeMounts }: ContainerStatus): boolean {
  return (volumeMounts ?? []).some((mount) => mount.volumeStatus !== undefined);
}

/** `podIP` is the first of `podIPs`, and wins over it. */
function withPodIps(status: PodStatus): PodStatus {
  const { podIP, podIPs = [] } = status;
  if (podIP && podIP !== podIPs[0]?.ip) return { ...status, podIPs: [{ ip: podIP }] };
  return podIPs[0] ? { ...status, podIP: podIPs[0].ip } : status;
}

/** A condition that comes without `observedGeneration` keeps the one that it had. Types may repeat. */
function keepGenerations(next: readonly PodCondition[], current: readonly PodCondition[]): PodCondition[] {
  const left = [...current];
  return next.map((condition) => {
    const index = left.findIndex(({ type }) => type === condition.type);
    const [old] = index < 0 ? [] : left.splice(index, 1);
    const generation = condition.observedGeneration || old?.observedGeneration;
    return generation ? { ...condition, observedGeneration: generation } : condition;
  });
}
