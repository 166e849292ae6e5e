import type { Job, JobCondition, JobSpec } from '@berth/kinds';

export const jobsResource = 'jobs.batch';
/** Held by a pod until its Job has counted it: a pod is counted once, when this is taken off. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const completionIndexAnnotation = 'batch.kubernetes.io/job-completion-index';
export const indexFailureCountAnnotation = 'batch.kubernetes.io/job-index-failure-count';
export const indexIgnoredFailureCountAnnotation = 'batch.kubernetes.io/job-index-ignored-failure-count';
const ownControllerName = 'kubernetes.io/job-controller';

/** A Job's spec with the defaults that every stored Job has. */
export function specOf(job: Job): JobSpec & { parallelism: number; backoffLimit: number } {
  const spec: JobSpec = job.spec ?? { template: {} };
  return { ...spec, parallelism: spec.parallelism ?? 1, backoffLimit: spec.backoffLimit ?? 6 };
}

export function conditionOf(job: Job, type: string): JobCondition | undefined {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** `Complete` or `Failed`, once the Job is either. */
export function finishedCondition(job: Job): JobCondition | undefined {
  return conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed');
}

/** `spec.managedBy` of another controller: its Jobs are left alone. */
export function isManagedElsewhere(job: Job): boolean {
  const managedBy = job.spec?.managedBy;
  return managedBy !== undefined && managedBy !== ownControllerName;
}

export function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true;
}

/** A terminating pod is replaced only when it has ended, and counts as failed only then. */
export function replacesOnlyEndedPods(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed' || job.spec?.podFailurePolicy !== undefined;
}
