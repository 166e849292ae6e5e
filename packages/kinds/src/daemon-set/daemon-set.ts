import { path } from '@berth/machinery';
import { specChanged } from '../job/job-warnings.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';
import { daemonSetColumns } from './daemon-set-columns.ts';
import { daemonSetOf } from './daemon-set-of.ts';
import { defaultDaemonSet } from './default-daemon-set.ts';
import { prepareDaemonSetForCreate, prepareDaemonSetForUpdate } from './prepare-daemon-set.ts';
import {
  validateDaemonSet,
  validateDaemonSetStatusUpdate,
  validateDaemonSetUpdate,
} from './validate-daemon-set.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/ */
export const daemonSet: KindDefinition = {
  kind: 'DaemonSet',
  listKind: 'DaemonSetList',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: 'apps', version: 'v1', message: 'k8s.io.api.apps.v1.DaemonSet' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: daemonSetColumns,
  strategy: {
    applyDefaults: defaultDaemonSet,
    prepareForCreate: prepareDaemonSetForCreate,
    prepareForUpdate: prepareDaemonSetForUpdate,
    validateCreate: validateDaemonSet,
    validateUpdate: validateDaemonSetUpdate,
    warnings: (object, current) => {
      if (current && !specChanged(object, current)) return [];
      const { template = {} } = daemonSetOf(object).spec ?? {};
      return podSpecWarnings(template, path('spec', 'template'), { isTemplate: true });
    },
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateDaemonSetStatusUpdate },
  },
  selectableFields: {},
  hasGeneration: true,
};
