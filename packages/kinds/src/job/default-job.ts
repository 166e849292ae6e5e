import { copyJson, type KubeObject } from '@berth/machinery';
import type { JobSpec } from '../generated/api-types.ts';
import { defaultPodTemplate } from '../pod-template/default-pod-spec.ts';
import { jobOf } from './job-of.ts';

const maxInt32 = 2_147_483_647;

/** The job with all of Kubernetes' defaults. */
export function defaultJob(object: KubeObject): KubeObject {
  const job = jobOf(copyJson(object));
  // A job without a spec is refused later, for the containers that it lacks.
  const spec = (job.spec ??= { template: {} });
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : maxInt32;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  defaultJobTemplate(spec);
  const { labels } = spec.template.metadata ?? {};
  if (labels && Object.keys(job.metadata.labels ?? {}).length === 0) {
    job.metadata = { ...job.metadata, labels: { ...labels } };
  }
  return job;
}

/** Fills in, in place, what a job's spec gets also where it is a CronJob's template. */
export function defaultJobTemplate(spec: JobSpec): void {
  spec.template = defaultPodTemplate(spec.template ?? {});
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
}
