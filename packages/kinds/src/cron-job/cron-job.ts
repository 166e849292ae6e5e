import { copyJson, type KubeObject } from '@berth/machinery';
import { defaultJobTemplate } from '../job/default-job.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { noErrors } from '../strategy/unchanged.ts';
import { cronJobColumns } from './cron-job-columns.ts';
import { cronJobWarnings } from './cron-job-warnings.ts';
import { validateCronJobCreate, validateCronJobUpdate } from './validate-cron-job.ts';
import { cronJobOf } from './cron-job-of.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
export const cronJob: KindDefinition = {
  kind: 'CronJob',
  listKind: 'CronJobList',
  plural: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [
    { group: 'batch', version: 'v1', message: 'k8s.io.api.batch.v1.CronJob' },
    {
      group: 'batch',
      version: 'v1beta1',
      message: 'k8s.io.api.batch.v1beta1.CronJob',
      deprecationWarning:
        'batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob',
    },
  ],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: cronJobColumns,
  strategy: {
    applyDefaults,
    prepareForCreate: (object) => withoutDisabled(withoutStatus(object)),
    prepareForUpdate: (next, current) => withoutDisabled(keepStatus(next, current)),
    validateCreate: validateCronJobCreate,
    validateUpdate: validateCronJobUpdate,
    warnings: cronJobWarnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: noErrors },
  },
  selectableFields: {},
  hasGeneration: true,
};

function applyDefaults(object: KubeObject): KubeObject {
  const result = cronJobOf(copyJson(object));
  // A CronJob without a spec is refused later, for the schedule that it lacks.
  const spec = (result.spec ??= { schedule: '', jobTemplate: {} });
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate ??= {};
  spec.jobTemplate.spec ??= { template: {} };
  defaultJobTemplate(spec.jobTemplate.spec);
  return result;
}

function withoutDisabled(object: KubeObject): KubeObject {
  const result = cronJobOf(copyJson(object));
  const podSpec = result.spec.jobTemplate.spec?.template.spec;
  if (podSpec) dropDisabledFields(podSpec);
  return result;
}
