import type { ContainerStatus, Job, Pod } from '@berth/kinds';
import { hasFinalizer } from '../ownership.ts';
import { completionIndexAnnotation, replacesOnlyEndedPods, trackingFinalizer } from './job-facts.ts';

/** Failed, or deleted before it could end; the latter only where the Job does not wait for pods to end. */
export function isFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyEndedPods(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** Succeeded, or failed by {@link isFailed}. */
export function hasEnded(pod: Pod, job: Job): boolean {
  return pod.status?.phase === 'Succeeded' || isFailed(pod, job);
}

/** Succeeded and counted. Most pods of a large Job come to be so, and no decision about the others looks at them. */
export function isSettled(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' && !hasFinalizer(pod, trackingFinalizer);
}

/** The pod's index in an Indexed Job; undefined if it has none that makes sense. */
export function completionIndex(pod: Pod): number | undefined {
  const annotation = pod.metadata.annotations?.[completionIndexAnnotation];
  return annotation !== undefined && /^\d+$/.test(annotation) ? Number(annotation) : undefined;
}

/** When the pod ended, in milliseconds; estimated where its containers do not say. */
export function endedAt(pod: Pod): number {
  const ready = pod.status?.conditions?.find(
    (condition) => condition.type === 'Ready' && condition.status === 'False',
  );
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  const fromDeletion = deletionTimestamp
    ? Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000
    : undefined;
  return (
    containersEndedAt(pod) ??
    (ready?.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : undefined) ??
    fromDeletion ??
    Date.parse(creationTimestamp ?? '')
  );
}

/** When the last container ended, sidecars included; undefined while one has not. */
function containersEndedAt(pod: Pod): number | undefined {
  const sidecars = new Set<string>();
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars.add(container.name);
  }
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []).filter((status) => sidecars.has(status.name)),
  ];
  let last: number | undefined;
  for (const { state } of statuses) {
    if (!state?.terminated?.finishedAt) return undefined;
    last = Math.max(last ?? 0, Date.parse(state.terminated.finishedAt));
  }
  return last;
}

/** How often the containers of a pod that still runs were restarted, all together. */
export function restarts(pod: Pod): number {
  if (pod.status?.phase !== 'Running' && pod.status?.phase !== 'Pending') return 0;
  let count = 0;
  for (const status of pod.status.initContainerStatuses ?? []) count += status.restartCount;
  for (const status of pod.status.containerStatuses ?? []) count += status.restartCount;
  return count;
}
