import { copyJson, type KubeObject, semanticEqual } from '@berth/machinery';
import type { Job, JobSpec } from '../generated/api-types.ts';
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
  const { spec } = job;
  if (!spec) return job;
  if (!spec.manualSelector) generateSelector(job, spec);
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
 * those that would select other pods. A job without labels of its own has its template's, the new ones included.
 */
function generateSelector(job: Job, spec: JobSpec): void {
  const { name, uid = '', labels: ownLabels } = job.metadata;
  const { labels: templateLabels } = spec.template.metadata ?? {};
  const labels = {
    [legacyJobNameLabel]: name,
    [jobNameLabel]: name,
    [legacyControllerUidLabel]: uid,
    [controllerUidLabel]: uid,
    ...templateLabels,
  };
  const hasOwnLabels = Object.keys(ownLabels ?? {}).length > 0 && !semanticEqual(ownLabels, templateLabels);
  if (!hasOwnLabels) job.metadata.labels = { ...labels };
  spec.template.metadata = { ...metadataOf(spec.template), labels };
  spec.selector = {
    ...spec.selector,
    matchLabels: { [controllerUidLabel]: uid, ...spec.selector?.matchLabels },
  };
}

function metadataOf(template: JobSpec['template']): NonNullable<JobSpec['template']['metadata']> {
  // A template's metadata has no name, though the type that it shares with objects asks for one.
  return template.metadata ?? ({} as NonNullable<JobSpec['template']['metadata']>);
}
