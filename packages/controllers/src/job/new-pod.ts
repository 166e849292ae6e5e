import type { Container, Job, Pod } from '@berth/kinds';
import { podFromTemplate } from '../pods/pod-from-template.ts';
import type { IndexFailureCounts } from './index-failures.ts';
import {
  completionIndexAnnotation,
  indexFailureCountAnnotation,
  indexIgnoredFailureCountAnnotation,
} from './job-facts.ts';
import { withTracking } from './pod-tracking.ts';

/** What a pod of an Indexed Job has beyond the template. */
export interface PodIndex {
  readonly index: number;
  /** Present where each index has a backoff limit of its own. */
  readonly failures: IndexFailureCounts | undefined;
}

const longestNamePrefix = 58;

/** The beginning of the name of a Job's pods; the rest is random. */
export function podNamePrefix(job: Job, index: number | undefined): string {
  const { name } = job.metadata;
  if (index === undefined) return `${name}-`;
  const end = `-${index}-`;
  return `${name.slice(0, longestNamePrefix - end.length)}${end}`;
}

/** A pod of the Job's template, owned by the Job and held until it is counted. */
export function newPod(job: Job, name: string, indexed: PodIndex | undefined): Pod {
  const generateName = podNamePrefix(job, indexed?.index);
  const pod = podFromTemplate(job, job.spec?.template ?? {}, { name, generateName });
  return withTracking(indexed ? withIndex(pod, { job, indexed }) : pod);
}

function withIndex(pod: Pod, { job, indexed }: { job: Job; indexed: PodIndex }): Pod {
  const { labels, annotations } = pod.metadata;
  const { containers, initContainers } = pod.spec ?? {};
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...labels, [completionIndexAnnotation]: String(indexed.index) },
      annotations: { ...annotations, ...indexAnnotations(indexed) },
    },
    spec: {
      ...pod.spec,
      hostname: `${job.metadata.name}-${indexed.index}`,
      ...(containers ? { containers: containers.map(withIndexVariable) } : {}),
      ...(initContainers ? { initContainers: initContainers.map(withIndexVariable) } : {}),
    },
  };
}

function indexAnnotations({ index, failures }: PodIndex): Record<string, string> {
  return {
    [completionIndexAnnotation]: String(index),
    ...(failures ? { [indexFailureCountAnnotation]: String(failures.counted) } : {}),
    ...(failures && failures.ignored > 0
      ? { [indexIgnoredFailureCountAnnotation]: String(failures.ignored) }
      : {}),
  };
}

const indexVariable = 'JOB_COMPLETION_INDEX';

function withIndexVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some((variable) => variable.name === indexVariable)) return container;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${completionIndexAnnotation}']` };
  return { ...container, env: [...env, { name: indexVariable, valueFrom: { fieldRef } }] };
}
