import type { CronJob, Job, JobSpec, PodTemplateSpec } from '@berth/kinds';

const template: PodTemplateSpec = {
  spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: ['true'] }] },
};

export const jobKey = (name: string) => ({ resource: 'jobs.batch', namespace: 'default', name });

export function job(name: string, spec: Partial<JobSpec> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: { template, ...spec },
  };
}

export function cronJob(name: string, schedule: string): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'default' },
    spec: { schedule, timeZone: 'Etc/UTC', jobTemplate: { spec: { template } } },
  };
}
