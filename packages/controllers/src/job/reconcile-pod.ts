import type { Job, Pod } from '@berth/kinds';
import { labelSelectorRequirements, matchesLabels } from '@berth/machinery';
import { controllerOf, controllerReference, hasFinalizer, withoutFinalizer } from '../ownership.ts';
import type { Action, ClusterView, ReconcileKey } from '../reconciler.ts';
import { finishedCondition, isManagedElsewhere, jobsResource, trackingFinalizer } from './job-facts.ts';

/**
 * Pods that no running Job counts: one without a controller is adopted by the Job that selects it, and one whose Job is
 * gone or finished loses the finalizer that would hold it for ever.
 */
export function reconcilePod(key: ReconcileKey, view: ClusterView): readonly Action[] {
  const pod = view.get<Pod>(key);
  if (!pod) return [];
  const controller = controllerOf(pod);
  if (!controller) {
    const adopter = pod.metadata.deletionTimestamp ? undefined : jobSelecting(pod, view);
    return adopter ? [adopt(pod, adopter)] : release(pod);
  }
  if (!isJobReference(controller)) return [];
  const job = jobOfPod(pod, view);
  const isCounting = job && (isManagedElsewhere(job) || !finishedCondition(job));
  return isCounting ? [] : release(pod);
}

/** The Job that controls the pod, if it is the one that the reference means. */
export function jobOfPod(pod: Pod, view: ClusterView): Job | undefined {
  const controller = controllerOf(pod);
  if (!controller || !isJobReference(controller)) return undefined;
  const namespace = pod.metadata.namespace ?? '';
  const job = view.get<Job>({ resource: jobsResource, namespace, name: controller.name });
  return job?.metadata.uid === controller.uid ? job : undefined;
}

function isJobReference(reference: { apiVersion: string; kind: string }): boolean {
  return reference.kind === 'Job' && reference.apiVersion.startsWith('batch/');
}

function jobSelecting(pod: Pod, view: ClusterView): Job | undefined {
  return view.list<Job>(jobsResource, pod.metadata.namespace ?? '').find((job) => {
    if (job.metadata.deletionTimestamp || finishedCondition(job) || isManagedElsewhere(job)) return false;
    return selects(job, pod);
  });
}

/** Whether the Job's selector matches the pod's labels. */
export function selects(job: Job, pod: Pod): boolean {
  const { selector } = job.spec ?? {};
  return selector !== undefined && matchesLabels(pod.metadata.labels, labelSelectorRequirements(selector));
}

function adopt(pod: Pod, job: Job): Action {
  const { ownerReferences = [], finalizers = [] } = pod.metadata;
  const metadata = {
    ...pod.metadata,
    ownerReferences: [...ownerReferences, controllerReference(job)],
    finalizers: finalizers.includes(trackingFinalizer) ? finalizers : [...finalizers, trackingFinalizer],
  };
  return { type: 'update', object: { ...pod, metadata } };
}

function release(pod: Pod): readonly Action[] {
  if (!hasFinalizer(pod, trackingFinalizer)) return [];
  return [{ type: 'update', object: withoutFinalizer(pod, trackingFinalizer) }];
}
