import type { Job, Pod } from '@berth/kinds';
import { ownersOfDependent } from '../claims/owner-kind.ts';
import { hasFinalizer } from '../ownership.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { finishedCondition, jobsResource, trackingFinalizer } from './job-facts.ts';
import { jobOwner } from './job-owner.ts';

/** Jobs that changed, Jobs whose pods changed, pods that no running Job counts, and Jobs that may have been short of room. */
export function jobKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  if (change.resource === jobsResource) return keysOfJob(change, view);
  if (change.resource === 'pods') return keysOfPod(change, view);
  const roomier = roomierNamespace(change, view.registry);
  return roomier === undefined ? [] : unfinishedJobs(roomier, view);
}

/** They may have been refused pods. */
function unfinishedJobs(namespace: string, view: ClusterView): readonly ReconcileKey[] {
  return view
    .list<Job>(jobsResource, namespace)
    .filter((job) => !finishedCondition(job))
    .map((job) => keyOf(jobsResource, job));
}

function keysOfJob({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  if (after) return [keyOf(jobsResource, after)];
  const orphans = before?.metadata.uid ? view.ownedBy<Pod>(before.metadata.uid, 'pods') : [];
  return orphans.filter((pod) => hasFinalizer(pod, trackingFinalizer)).map((pod) => keyOf('pods', pod));
}

function keysOfPod(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { before, after } = change;
  if (before && after && isIrrelevant(before, after)) return [];
  const counting = ownersOfDependent(change, view, jobOwner).filter((job) => !finishedCondition(job));
  if (counting.length > 0) return counting.map((job) => keyOf(jobsResource, job));
  return after && hasFinalizer(after, trackingFinalizer) ? [keyOf('pods', after)] : [];
}

/** Being bound to a node changes nothing for a Job, and happens to each of its pods. */
function isIrrelevant(before: Pod, after: Pod): boolean {
  return (
    before.spec?.nodeName !== after.spec?.nodeName &&
    before.status?.phase === after.status?.phase &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    before.metadata.labels === after.metadata.labels &&
    before.metadata.ownerReferences === after.metadata.ownerReferences
  );
}
