import type { KindDefinition } from '../kind-definition.ts';
import { prepareReplicasForCreate, prepareReplicasForUpdate } from '../replica-set/prepare-replicas.ts';
import { replicaColumns } from '../replica-set/replica-columns.ts';
import { replicaWarnings } from '../replica-set/replica-warnings.ts';
import { validateReplicaStatusUpdate } from '../replica-set/validate-replica-status.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { replicaScale, scaleSubresource } from '../strategy/replica-scale.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';
import { defaultReplicationController } from './default-replication-controller.ts';
import { replicationControllerOf, replicationControllerSelector } from './replication-controller-of.ts';
import { validateReplicationController } from './validate-replication-controller.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/ */
export const replicationController: KindDefinition = {
  kind: 'ReplicationController',
  listKind: 'ReplicationControllerList',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.ReplicationController' }],
  verbs: objectVerbs,
  subresources: [statusSubresource, scaleSubresource],
  columns: replicaColumns(replicationControllerSelector),
  strategy: {
    applyDefaults: defaultReplicationController,
    prepareForCreate: prepareReplicasForCreate,
    prepareForUpdate: prepareReplicasForUpdate,
    validateCreate: validateReplicationController,
    validateUpdate: validateReplicationController,
    warnings: replicaWarnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateReplicaStatusUpdate },
  },
  scale: replicaScale(replicationControllerSelector),
  // What it leaves behind outlives it, for clients of the first version of its API.
  defaultPropagation: 'orphan',
  selectableFields: {
    'status.replicas': (object) => String(replicationControllerOf(object).status?.replicas ?? 0),
  },
  hasGeneration: true,
};
