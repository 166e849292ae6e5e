import type { Job, Pod } from '@berth/kinds';
import { controllerOf, hasFinalizer } from '../ownership.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { finishedCondition, jobsResource, trackingFinalizer } from './job-facts.ts';
import { jobOfPod, selects } from './reconcile-pod.ts';

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
  if (!after) {
    const orphans = before?.metadata.uid ? view.ownedBy<Pod>(before.metadata.uid, 'pods') : [];
    return orphans.filter((pod) => hasFinalizer(pod, trackingFinalizer)).map((pod) => keyOf('pods', pod));
  }
  // Objects of this resource are Jobs.
  const job = after as Job;
  const key = keyOf(jobsResource, job);
  // Only a selector that the user chose can match pods from before the Job.
  if (before || !job.spec?.manualSelector) return [key];
  const loose = view
    .list<Pod>('pods', key.namespace)
    .filter((pod) => !controllerOf(pod) && selects(job, pod));
  return [key, ...loose.map((pod) => keyOf('pods', pod))];
}

function keysOfPod({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  if (before && after && isIrrelevant(before, after)) return [];
  const keys: ReconcileKey[] = [];
  for (const pod of [before, after]) {
    const job = pod && jobOfPod(pod, view);
    if (job && !finishedCondition(job)) keys.push(keyOf(jobsResource, job));
  }
  if (after && keys.length === 0) keys.push(keyOf('pods', after));
  return keys;
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
