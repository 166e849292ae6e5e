import type { Pod } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { PodFacts } from '@berth/scheduler';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { freshPods, isAssigned, isUnassigned, isWaiting, waitingPods } from './pod-queue.ts';
import { schedulingState } from './scheduling-state.ts';

/** What volumes of pods are made of: a change may be what a pod with volumes has waited for. */
const volumeResources: ReadonlySet<string> = new Set([
  'persistentvolumeclaims',
  'persistentvolumes',
  'storageclasses.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csidrivers.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
]);

/**
 * Which pods a change concerns: new ones, and those that found no node where it may be what they have waited for.
 * What changes on the nodes of the fleet, and what neighbours give back, wakes them by their timer instead.
 */
export function schedulingKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource } = change;
  if (resource === 'pods') return [...keysOfPod(change), ...keysOfOthers(change, view)];
  if (resource === 'nodes') return [waitingPods];
  if (volumeResources.has(resource)) return wakeWithVolumes(view);
  const isRelabelled = resource === 'namespaces' && !sameLabels(change);
  return isRelabelled ? wakeDependents(view) : [];
}

/** What the pod itself has to do with the scheduler: it needs a node, or gives room back. */
function keysOfPod({ before, after }: ObservedChange): readonly ReconcileKey[] {
  const gaveRoomBack = before && isAssigned(before) && !(after && isAssigned(after));
  const keys = gaveRoomBack ? [waitingPods] : [];
  if (!after || !isUnassigned(after)) return keys;
  if (!isWaiting(after)) return [...keys, freshPods];
  const isNews = !before || !isWaiting(before) || specChanged(before, after);
  return isNews ? [waitingPods] : keys;
}

/** Tolerations and node affinity of a waiting pod may be edited; its status alone is the scheduler's own doing. */
function specChanged(before: Pod, after: Pod): boolean {
  return before.spec !== after.spec && JSON.stringify(before.spec) !== JSON.stringify(after.spec);
}

/** What a pod on a node means to those that want to be near it, or spread with it. */
function keysOfOthers(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { before, after } = change;
  if (!after || !isAssigned(after)) return [];
  const isNew = !before || !isAssigned(before);
  const isGoing = before?.metadata.deletionTimestamp !== after.metadata.deletionTimestamp;
  return isNew || isGoing || !sameLabels(change) ? wakeDependents(view) : [];
}

function sameLabels({ before, after }: ObservedChange): boolean {
  const [left, right] = [before?.metadata.labels, after?.metadata.labels];
  return left === right || semanticEqual(left ?? {}, right ?? {});
}

function wakeDependents(view: ClusterView): readonly ReconcileKey[] {
  return schedulingState(view).dependents > 0 ? [waitingPods] : [];
}

function wakeWithVolumes(view: ClusterView): readonly ReconcileKey[] {
  for (const pod of schedulingState(view).unassigned.values()) if (hasVolumes(pod)) return [waitingPods];
  return [];
}

function hasVolumes({ pod }: PodFacts): boolean {
  return (pod.spec?.volumes ?? []).some(
    ({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim !== undefined || ephemeral !== undefined,
  );
}
