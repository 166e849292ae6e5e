import {
  copyJson,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  path,
  semanticEqual,
} from '@berth/machinery';
import type { Affinity, Container, Job, JobSpec, PodSpec, PodTemplateSpec } from '../generated/api-types.ts';
import { isJobCondition } from './job-conditions.ts';
import { validateJob } from './validate-job.ts';
import { jobOf } from './job-of.ts';

const specAt = path('spec');

/** All that upstream checks in an update of a job beyond metadata. */
export function validateJobUpdate(nextObject: KubeObject, currentObject: KubeObject): readonly FieldError[] {
  const next = jobOf(nextObject);
  const current = jobOf(currentObject);
  const [spec, old] = [next.spec ?? { template: {} }, current.spec ?? { template: {} }];
  return [
    ...validateJob(next),
    ...validateCompletions(spec, old),
    ...immutable('selector', spec, old),
    ...validateTemplate(spec, current),
    ...(
      ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const
    ).flatMap((field) => immutable(field, spec, old)),
  ];
}

function immutable(field: keyof JobSpec, spec: JobSpec, old: JobSpec): FieldError[] {
  return immutableValue({ next: spec[field], old: old[field] }, specAt.child(field));
}

function immutableValue({ next, old }: { next: unknown; old: unknown }, at: FieldPath): FieldError[] {
  return semanticEqual(next, old) ? [] : [invalid(at, next, 'field is immutable')];
}

/** Indexed jobs grow and shrink, with as many pods at a time as there are indexes. */
function validateCompletions(spec: JobSpec, old: JobSpec): FieldError[] {
  if (spec.completionMode !== 'Indexed') return immutable('completions', spec, old);
  const { completions, parallelism } = spec;
  if (completions === undefined || completions === old.completions || completions === parallelism) return [];
  // Upstream names the other field without its spec.
  const detail = 'can only be modified in tandem with spec.parallelism';
  return [invalid(specAt.child('completions'), completions, detail)];
}

/**
 * A job that is suspended, and has no pods, may change where its pods run and what they need.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#mutable-scheduling-directives
 */
function validateTemplate(spec: JobSpec, current: Job): FieldError[] {
  const at = specAt.child('template');
  const old = current.spec?.template ?? {};
  const isIdle =
    current.spec?.suspend === true &&
    isJobCondition(current.status, 'Suspended') &&
    (current.status?.active ?? 0) === 0;
  if (!isIdle) return immutableValue({ next: spec.template, old }, at);
  const { spec: rest = {} } = withPlacementOf(spec.template, old);
  restoreResources(rest, spec.template.spec ?? {});
  // Upstream's path, with the dot in one name.
  return immutableValue({ next: spec.template.spec ?? {}, old: rest }, specAt.child('template.spec'));
}

/** The old template with the new one's scheduling directives. */
function withPlacementOf(next: PodTemplateSpec, old: PodTemplateSpec): PodTemplateSpec {
  const result = copyJson(old);
  const spec = (result.spec ??= {});
  take(spec, next.spec ?? {}, 'nodeSelector');
  take(spec, next.spec ?? {}, 'tolerations');
  take(spec, next.spec ?? {}, 'schedulingGates');
  const affinity = withNodeAffinityOf(next.spec?.affinity, spec.affinity);
  if (affinity) spec.affinity = affinity;
  else delete spec.affinity;
  return result;
}

function withNodeAffinityOf(next: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _nodeAffinity, ...others } = old ?? {};
  if (next?.nodeAffinity) return { ...others, nodeAffinity: next.nodeAffinity };
  return Object.keys(others).length > 0 || next ? others : undefined;
}

/** Puts the new resources of containers that are otherwise the same into the old ones, in place. */
function restoreResources(old: PodSpec, next: PodSpec): void {
  for (const field of ['containers', 'initContainers'] as const) {
    const [olds, nexts]: [Container[], Container[]] = [old[field] ?? [], next[field] ?? []];
    if (olds.length !== nexts.length) continue;
    for (const [index, container] of olds.entries()) {
      const counterpart = nexts[index];
      if (counterpart?.name === container.name) take(container, counterpart, 'resources');
    }
  }
}

function take<T extends object>(target: T, source: T, field: keyof T): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}
