import {
  checkDns1123Label,
  type FieldError,
  invalid,
  type KubeObject,
  nameIsDnsLabel,
  notSupported,
  path,
  required,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { Condition } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { clusterSchema, platformMessages } from './platform-schema.ts';

/** The fleet's own cluster, which has no Cluster object. */
const systemClusterId = 'system';

/** One cluster of a tenant. Its name is the cluster's id, for ever. */
export interface Cluster extends KubeObject {
  spec: { tenant: string };
  status?: { phase?: ClusterPhase; conditions?: Condition[] };
}

export type ClusterPhase = (typeof clusterPhases)[number];

const clusterPhases = ['Pending', 'Ready', 'Deleting'] as const;

/** The kind of a {@link Cluster}. */
export const cluster: KindDefinition = {
  kind: 'Cluster',
  listKind: 'ClusterList',
  plural: 'clusters',
  singular: 'cluster',
  shortNames: [],
  categories: ['berth'],
  scope: 'Cluster',
  versions: [{ group: 'platform.berth.dev', version: 'v1', message: platformMessages.cluster }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    textColumn({ name: 'Tenant', description: 'The tenant that owns the cluster.', cell: tenantOf }),
    textColumn({ name: 'Phase', description: 'Where the cluster is in its life.', cell: phaseOf }),
    ageColumn,
  ],
  nameRule: nameIsDnsLabel,
  strategy: {
    applyDefaults: unchanged,
    // The cluster is made in the transaction that stores this object.
    prepareForCreate: (object) => ({ ...object, status: { phase: 'Ready' } }),
    prepareForUpdate: keepStatus,
    validateCreate: validate,
    validateUpdate: (next, current) =>
      tenantOf(next) === tenantOf(current)
        ? []
        : [invalid(path('spec', 'tenant'), tenantOf(next), 'field is immutable')],
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateStatus },
  },
  selectableFields: { 'spec.tenant': tenantOf, 'status.phase': phaseOf },
  hasGeneration: true,
  systemOnly: true,
  provisionsCluster: (object) => ({ clusterId: object.metadata.name, tenantId: tenantOf(object) }),
  schema: clusterSchema,
};

function validate(object: KubeObject): readonly FieldError[] {
  const { name } = object.metadata;
  const owner = tenantOf(object);
  const at = path('spec', 'tenant');
  const errors = owner === '' ? [required(at)] : [];
  if (owner !== '') errors.push(...checkDns1123Label(owner).map((problem) => invalid(at, owner, problem)));
  if (name === systemClusterId) {
    errors.push(invalid(path('metadata', 'name'), name, "is the name of the fleet's own cluster"));
  }
  return errors;
}

function validateStatus(next: KubeObject): readonly FieldError[] {
  const phase = phaseOf(next);
  const phases: readonly string[] = clusterPhases;
  return phase === '' || phases.includes(phase) ? [] : [notSupported(path('status', 'phase'), phase, phases)];
}

function tenantOf(object: KubeObject): string {
  return (object as Cluster).spec?.tenant ?? '';
}

function phaseOf(object: KubeObject): string {
  return (object as Cluster).status?.phase ?? '';
}
