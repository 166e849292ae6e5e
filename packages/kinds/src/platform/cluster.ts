import {
  checkLabelValue,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  nameIsDnsLabel,
  notSupported,
  path,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Condition } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { clusterMessage, clusterSchema } from './cluster-schema.ts';
import { clusterStatus } from './cluster-status.ts';
import { heldByFinalizer } from './held-by-finalizer.ts';
import { validateTemplateName } from './plan.ts';
import { reservedClusterName, reservedTenantName } from './reserved-names.ts';
import { platformVersion } from './schema-parts.ts';
import { signingKeysMessage, signingKeysSchema } from './signing-keys-schema.ts';

const clusterPhases = ['Pending', 'Ready', 'Suspended', 'Deleting'] as const;
/** Kubernetes' minor versions that clusters can be of. */
const versions = ['1.36'] as const;

/** Stays until no row of the cluster is left. */
export const clusterFinalizer = 'platform.berth.dev/cluster';

export type ClusterPhase = (typeof clusterPhases)[number];

export interface ClusterSpec {
  /** Whose namespace the object is in. Default and only possible value: that namespace. */
  tenant?: string;
  /** Kubernetes' minor version. Default: the newest. */
  version?: string;
  /** Pods run on the fleet's nodes of this pool alone. Default: on those of every pool that the plan allows. */
  nodePool?: string;
  /** The cluster brings its own nodes and uses none of the fleet's. */
  ownNodes?: boolean;
  /** ClusterTemplate in the tenant's namespace whose objects the cluster begins with. */
  template?: string;
  /** Nothing is written in the cluster, and nothing runs in it. */
  suspended?: boolean;
  /** The cluster cannot be deleted. */
  deletionProtection?: boolean;
}

/** One cluster of a tenant. Its name is the cluster's id over the whole fleet, for ever. */
export interface Cluster extends KubeObject {
  spec: ClusterSpec;
  status?: {
    phase?: ClusterPhase;
    conditions?: Condition[];
    /** URL of the cluster's API. */
    endpoint?: string;
    /** `iss` of the cluster's tokens. */
    issuer?: string;
    observedGeneration?: number;
  };
}

/** The kind of a {@link Cluster}. */
export const cluster: KindDefinition = {
  kind: 'Cluster',
  listKind: 'ClusterList',
  plural: 'clusters',
  singular: 'cluster',
  shortNames: [],
  categories: ['berth'],
  scope: 'Namespaced',
  versions: [{ ...platformVersion, message: clusterMessage }],
  verbs: objectVerbs,
  subresources: [
    statusSubresource,
    {
      name: 'signingkeys',
      verbs: ['create', 'get'],
      ...platformVersion,
      kind: 'SigningKeys',
      message: signingKeysMessage,
    },
  ],
  columns: [
    nameColumn,
    textColumn({
      name: 'Version',
      description: 'Kubernetes version.',
      cell: (object) => specOf(object).version ?? '',
    }),
    textColumn({ name: 'Phase', description: 'Where the cluster is in its life.', cell: phaseOf }),
    textColumn({
      name: 'Protected',
      description: 'Whether it cannot be deleted.',
      cell: (object) => String(specOf(object).deletionProtection ?? false),
    }),
    wideColumn({
      name: 'Nodes',
      description: 'Where its pods run.',
      cell: (object) => (specOf(object).ownNodes ? '<own>' : specOf(object).nodePool || '<any>'),
    }),
    wideColumn({
      name: 'Endpoint',
      description: "URL of the cluster's API.",
      cell: (object) => (object as Cluster).status?.endpoint ?? '',
    }),
    ageColumn,
  ],
  nameRule: nameIsDnsLabel,
  strategy: heldByFinalizer(clusterFinalizer, {
    applyDefaults,
    // The cluster is made in the transaction that stores this object.
    prepareForCreate: (object) => withFirstStatus(withoutStatus(object)),
    prepareForUpdate: (next, current) => withPhase(keepStatus(next, current)),
    validateCreate: (object) => [...validateIdentity(object), ...validate(object)],
    validateUpdate: (next, current) => [...validateFixed(next, current), ...validate(next)],
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateStatus },
    forbidsDelete: (object) =>
      specOf(object).deletionProtection
        ? 'it is protected against deletion; set spec.deletionProtection to false first'
        : undefined,
    markTerminating: withPhase,
  }),
  selectableFields: { 'spec.tenant': tenantOf, 'status.phase': phaseOf },
  hasGeneration: true,
  systemOnly: true,
  provisionsCluster: (object) => ({
    clusterId: object.metadata.name,
    tenantId: tenantOf(object),
    suspended: specOf(object).suspended ?? false,
    ...(specOf(object).template && { template: specOf(object).template }),
  }),
  schema: { ...clusterSchema, ...signingKeysSchema },
};

function applyDefaults(object: KubeObject): KubeObject {
  const { tenant, version, ...spec } = specOf(object);
  const { namespace = '' } = object.metadata;
  return { ...object, spec: { ...spec, tenant: tenant || namespace, version: version || versions[0] } };
}

/** Complete from the beginning, so that a new cluster is one change of the log and no controller has to come along. */
function withFirstStatus(object: KubeObject): KubeObject {
  const now = new Date(object.metadata.creationTimestamp ?? 0);
  return { ...object, status: clusterStatus(object as Cluster, { isTenantSuspended: false, now }) };
}

/** The phase follows from the rest in the same write, so that nobody reads another one meanwhile. */
function withPhase(object: KubeObject): KubeObject {
  const deleting = object.metadata.deletionTimestamp !== undefined;
  const phase: ClusterPhase = deleting ? 'Deleting' : specOf(object).suspended ? 'Suspended' : 'Ready';
  return { ...object, status: { ...(object as Cluster).status, phase } };
}

function validateIdentity(object: KubeObject): FieldError[] {
  const { name, namespace = '' } = object.metadata;
  const errors: FieldError[] = [];
  const problem = reservedClusterName(name);
  if (problem !== undefined) errors.push(invalid(path('metadata', 'name'), name, problem));
  if (reservedTenantName(namespace) !== undefined) {
    errors.push(invalid(path('metadata', 'namespace'), namespace, 'is no namespace of a tenant'));
  }
  if (tenantOf(object) !== namespace) {
    const detail = 'must be the tenant whose namespace the cluster is in';
    errors.push(invalid(path('spec', 'tenant'), tenantOf(object), detail));
  }
  return errors;
}

function validateFixed(next: KubeObject, current: KubeObject): FieldError[] {
  return (['tenant', 'template', 'ownNodes'] as const).flatMap((field) => {
    const value = specOf(next)[field] || '';
    const isSame = value === (specOf(current)[field] || '');
    return isSame ? [] : [invalid(path('spec', field), value, 'field is immutable')];
  });
}

function validate(object: KubeObject): readonly FieldError[] {
  const { version, nodePool, ownNodes, template } = specOf(object);
  const known: readonly string[] = versions;
  return [
    ...(version !== undefined && !known.includes(version)
      ? [notSupported(path('spec', 'version'), version, known)]
      : []),
    ...validateNodes({ nodePool, ownNodes }, path('spec')),
    ...validateTemplateName(template, path('spec', 'template')),
  ];
}

function validateNodes(
  { nodePool = '', ownNodes }: { nodePool: string | undefined; ownNodes: boolean | undefined },
  at: FieldPath,
): FieldError[] {
  if (nodePool !== '' && ownNodes) {
    return [forbidden(at.child('nodePool'), 'may not be set when `ownNodes` is true')];
  }
  return checkLabelValue(nodePool).map((problem) => invalid(at.child('nodePool'), nodePool, problem));
}

function validateStatus(next: KubeObject): readonly FieldError[] {
  const phase = phaseOf(next);
  const phases: readonly string[] = clusterPhases;
  return phase === '' || phases.includes(phase) ? [] : [notSupported(path('status', 'phase'), phase, phases)];
}

function specOf(object: KubeObject): ClusterSpec {
  return (object as Cluster).spec ?? {};
}

function tenantOf(object: KubeObject): string {
  return specOf(object).tenant ?? '';
}

function phaseOf(object: KubeObject): string {
  return (object as Cluster).status?.phase ?? '';
}
