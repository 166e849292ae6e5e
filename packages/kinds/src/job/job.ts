import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';
import { defaultJob } from './default-job.ts';
import { jobColumns } from './job-columns.ts';
import { jobWarnings } from './job-warnings.ts';
import { prepareJobForCreate, prepareJobForUpdate } from './prepare-job.ts';
import { validateJobStatusUpdate } from './validate-job-status.ts';
import { validateJobUpdate } from './validate-job-update.ts';
import { validateJob } from './validate-job.ts';
import { jobOf } from './job-of.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
export const job: KindDefinition = {
  kind: 'Job',
  listKind: 'JobList',
  plural: 'jobs',
  singular: 'job',
  shortNames: [],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: 'batch', version: 'v1', message: 'k8s.io.api.batch.v1.Job' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: jobColumns,
  strategy: {
    applyDefaults: defaultJob,
    prepareForCreate: prepareJobForCreate,
    prepareForUpdate: prepareJobForUpdate,
    validateCreate: validateJob,
    validateUpdate: validateJobUpdate,
    warnings: jobWarnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateJobStatusUpdate },
  },
  selectableFields: {
    'status.successful': (object) => String(jobOf(object).status?.succeeded ?? 0),
  },
  hasGeneration: true,
  // What a job leaves behind outlives it, for clients of the first version of its API.
  defaultPropagation: 'orphan',
};
