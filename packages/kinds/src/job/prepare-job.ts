import { copyJson, type KubeObject } from '@berth/machinery';
import type { JobSpec } from '../generated/api-types.ts';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import {
  controllerUidLabel,
  jobNameLabel,
  legacyControllerUidLabel,
  legacyJobNameLabel,
} from './job-labels.ts';
import { jobOf } from './job-of.ts';

/** A new job has no status, and a selector of its own unless the user brings one. */
export function prepareJobForCreate(object: KubeObject): KubeObject {
  const job = jobOf(copyJson(withoutStatus(object)));
  const { metadata, spec } = job;
  if (!spec) return job;
  if (!spec.manualSelector) generateSelector(spec, { name: metadata.name, uid: metadata.uid ?? '' });
  if (spec.template.spec) dropDisabledFields(spec.template.spec);
  return job;
}

export function prepareJobForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  const job = jobOf(copyJson(keepStatus(next, current)));
  if (job.spec?.template.spec) dropDisabledFields(job.spec.template.spec);
  return job;
}

/**
 * The job's uid makes the selector unique. Labels and a selector that the user gave stay, in place: validation refuses
 * those that would select other pods.
 */
function generateSelector(spec: JobSpec, { name, uid }: { name: string; uid: string }): void {
  spec.template.metadata = {
    ...metadataOf(spec.template),
    labels: {
      [legacyJobNameLabel]: name,
      [jobNameLabel]: name,
      [legacyControllerUidLabel]: uid,
      [controllerUidLabel]: uid,
      ...spec.template.metadata?.labels,
    },
  };
  spec.selector = {
    ...spec.selector,
    matchLabels: { [controllerUidLabel]: uid, ...spec.selector?.matchLabels },
  };
}

function metadataOf(template: JobSpec['template']): NonNullable<JobSpec['template']['metadata']> {
  // A template's metadata has no name, though the type that it shares with objects asks for one.
  return template.metadata ?? ({} as NonNullable<JobSpec['template']['metadata']>);
}
