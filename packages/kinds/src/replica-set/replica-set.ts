import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { replicaScale, scaleSubresource } from '../strategy/replica-scale.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';
import { defaultReplicaSet } from './default-replica-set.ts';
import { prepareReplicasForCreate, prepareReplicasForUpdate } from './prepare-replicas.ts';
import { replicaColumns } from './replica-columns.ts';
import { replicaSetOf } from './replica-set-of.ts';
import { replicaWarnings } from './replica-warnings.ts';
import { validateReplicaSet, validateReplicaSetUpdate } from './validate-replica-set.ts';
import { validateReplicaStatusUpdate } from './validate-replica-status.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
export const replicaSet: KindDefinition = {
  kind: 'ReplicaSet',
  listKind: 'ReplicaSetList',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: 'apps', version: 'v1', message: 'k8s.io.api.apps.v1.ReplicaSet' }],
  verbs: objectVerbs,
  subresources: [statusSubresource, scaleSubresource],
  columns: replicaColumns((object) => replicaSetOf(object).spec?.selector),
  strategy: {
    applyDefaults: defaultReplicaSet,
    prepareForCreate: prepareReplicasForCreate,
    prepareForUpdate: prepareReplicasForUpdate,
    validateCreate: validateReplicaSet,
    validateUpdate: validateReplicaSetUpdate,
    warnings: replicaWarnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateReplicaStatusUpdate },
  },
  scale: replicaScale((object) => replicaSetOf(object).spec?.selector),
  selectableFields: {
    'status.replicas': (object) => String(replicaSetOf(object).status?.replicas ?? 0),
  },
  hasGeneration: true,
};
