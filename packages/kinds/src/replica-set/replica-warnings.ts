import { type KubeObject, path } from '@berth/machinery';
import type { PodTemplateSpec } from '../generated/api-types.ts';
import { podNameWarnings, specChanged } from '../job/job-warnings.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';

/** Of a new object that keeps a number of pods, or of an update that changes its spec. */
export function replicaWarnings(object: KubeObject, current?: KubeObject): readonly string[] {
  if (current && !specChanged(object, current)) return [];
  // Kinds that keep a number of pods have a template there.
  const { spec } = object as { spec?: { template?: PodTemplateSpec } };
  return [
    ...(current ? [] : podNameWarnings(object.metadata.name)),
    ...(spec?.template ? podSpecWarnings(spec.template, path('spec', 'template'), { isTemplate: true }) : []),
  ];
}
