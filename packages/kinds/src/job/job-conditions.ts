import type { Job, JobStatus } from '../generated/api-types.ts';

/** Whether the status has the condition, and it is true. */
export function isJobCondition(status: JobStatus | undefined, type: string): boolean {
  return hasJobCondition(status, type, 'True');
}

export function hasJobCondition(status: JobStatus | undefined, type: string, is: 'True' | 'False'): boolean {
  return (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === is);
}

/** A job that has come to its end, good or bad. */
export function isJobFinished({ status }: Job): boolean {
  return isJobCondition(status, 'Complete') || isJobCondition(status, 'Failed');
}
