import { checkDns1123Label, type FieldPath, type KubeObject, path } from '@berth/machinery';
import type { JobSpec } from '../generated/api-types.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';
import { jobOf } from './job-of.ts';
import { fieldWarning } from '../pod-template/field-warning.ts';

const manyCompletions = 100_000;
const manyPods = 10_000;

/** Of a new Job, or of an update that changes its spec. */
export function jobWarnings(object: KubeObject, current?: KubeObject): readonly string[] {
  const job = jobOf(object);
  if (current) return specChanged(object, current) ? jobSpecWarnings(job.spec, path('spec')) : [];
  return [...podNameWarnings(job.metadata.name), ...jobSpecWarnings(job.spec, path('spec'))];
}

/** As upstream tells it. */
export function specChanged(object: KubeObject, current: KubeObject): boolean {
  return object.metadata.generation !== current.metadata.generation;
}

/** Of kinds whose objects' names become part of the names and host names of pods. */
export function podNameWarnings(name: string): readonly string[] {
  const problems = checkDns1123Label(name);
  if (problems.length === 0) return [];
  const message =
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';
  return [`${message}: [${problems.join(' ')}]`];
}

/** Warnings of a job's spec, wherever it stands. */
export function jobSpecWarnings(spec: JobSpec | undefined, at: FieldPath): readonly string[] {
  if (!spec) return [];
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  const isHuge = completionMode === 'Indexed' && completions > manyCompletions && parallelism > manyPods;
  const message =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  return [
    ...(isHuge ? [fieldWarning(at, message)] : []),
    ...podSpecWarnings(spec.template, at.child('template'), { isTemplate: true }),
  ];
}
