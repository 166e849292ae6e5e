import type { KubeObject } from '@berth/machinery';
import type { Pod, PodCondition, PodStatus } from '../generated/api-types.ts';
import { withMetadata } from '../lifecycle/metadata.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';

/** What an update of a pod's status may not change: all but the status, its owners, and what a node may not unsay. */
export function preparePodStatus(nextObject: KubeObject, currentObject: KubeObject): KubeObject {
  const next: Pod = nextObject;
  const current: Pod = currentObject;
  const kept = withMetadata(keepAllButStatus(next, current), {
    ownerReferences: current.metadata.ownerReferences,
  });
  return { ...kept, status: prepareStatus(next.status ?? {}, current.status ?? {}) };
}

function prepareStatus(next: PodStatus, current: PodStatus): PodStatus {
  // Behind a gate that is off.
  const { nodeAllocatableResourceClaimStatuses: _dropped, ...status } = withPodIps(next);
  if (!status.qosClass && current.qosClass) status.qosClass = current.qosClass;
  if (!status.observedGeneration && current.observedGeneration) {
    status.observedGeneration = current.observedGeneration;
  }
  if (status.conditions) status.conditions = keepGenerations(status.conditions, current.conditions ?? []);
  return status;
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
