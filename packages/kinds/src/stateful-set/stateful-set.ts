import { nameIsDnsLabel } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { replicaScale, scaleSubresource } from '../strategy/replica-scale.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';
import { statefulSetOf } from './stateful-set-of.ts';
import { defaultStatefulSet } from './default-stateful-set.ts';
import { prepareStatefulSetForCreate, prepareStatefulSetForUpdate } from './prepare-stateful-set.ts';
import { statefulSetColumns } from './stateful-set-columns.ts';
import { statefulSetWarnings } from './stateful-set-warnings.ts';
import {
  validateStatefulSetStatusUpdate,
  validateStatefulSetUpdate,
} from './validate-stateful-set-update.ts';
import { validateStatefulSet } from './validate-stateful-set.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
export const statefulSet: KindDefinition = {
  kind: 'StatefulSet',
  listKind: 'StatefulSetList',
  plural: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: 'apps', version: 'v1', message: 'k8s.io.api.apps.v1.StatefulSet' }],
  verbs: objectVerbs,
  subresources: [statusSubresource, scaleSubresource],
  columns: statefulSetColumns,
  strategy: {
    applyDefaults: defaultStatefulSet,
    prepareForCreate: prepareStatefulSetForCreate,
    prepareForUpdate: prepareStatefulSetForUpdate,
    validateCreate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    warnings: statefulSetWarnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateStatefulSetStatusUpdate },
  },
  scale: replicaScale((object) => statefulSetOf(object).spec?.selector),
  selectableFields: {},
  // Pods' host names begin with it.
  nameRule: nameIsDnsLabel,
  hasGeneration: true,
};
