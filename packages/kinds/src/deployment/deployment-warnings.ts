import { type KubeObject, path } from '@berth/machinery';
import { podNameWarnings, specChanged } from '../job/job-warnings.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';
import { blueGreenWarnings } from './blue-green-warnings.ts';
import { deploymentOf } from './deployment-of.ts';

/** Of a new Deployment, or of an update that changes it. */
export function deploymentWarnings(object: KubeObject, current?: KubeObject): readonly string[] {
  if (current && !specChanged(object, current)) return [];
  const { metadata, spec } = deploymentOf(object);
  return [
    ...(current ? [] : podNameWarnings(metadata.name)),
    ...blueGreenWarnings(object),
    ...(spec ? podSpecWarnings(spec.template, path('spec', 'template'), { isTemplate: true }) : []),
  ];
}
