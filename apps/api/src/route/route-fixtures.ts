import { systemClusterId } from '@berth/auth';
import { apiVersionOf, type KindDefinition, type ServedVersion, type Verb } from '@berth/kinds';

/** Where the routes of a kind are tried: where its objects can be written. */
export interface Place {
  readonly clusterId: string;
  /** '' for cluster-scoped kinds. */
  readonly namespace: string;
  /** `/apis/batch/v1/namespaces/ns/jobs` */
  readonly collection: string;
}

/** A namespace of the cluster `default`, and one of the system cluster that is a tenant's. */
export const matrixNamespaces = { default: 'ns', system: 'acme' } as const;
/** A ClusterRole of both clusters that grants nothing. */
export const emptyRole = 'nothing';

export function placeOf(definition: KindDefinition, version: ServedVersion): Place {
  const isOfFleet = definition.systemOnly === true || definition.home === 'fleet';
  const clusterId = isOfFleet ? systemClusterId : 'default';
  const namespace =
    definition.scope === 'Namespaced' ? matrixNamespaces[isOfFleet ? 'system' : 'default'] : '';
  const within = namespace === '' ? '' : `/namespaces/${namespace}`;
  const prefix = version.group === '' ? '/api' : '/apis';
  return {
    clusterId,
    namespace,
    collection: `${prefix}/${apiVersionOf(version)}${within}/${definition.plural}`,
  };
}

const containers = [{ name: 'main', image: 'busybox' }];
const jobSpec = { template: { spec: { restartPolicy: 'Never', containers } } };
const keptPods = {
  selector: { matchLabels: { app: 'a' } },
  template: { metadata: { labels: { app: 'a' } }, spec: { containers } },
};
const rbacGroup = 'rbac.authorization.k8s.io';
const binding = { roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: emptyRole } };
const asked = {
  user: 'u',
  resourceAttributes: { namespace: matrixNamespaces.default, verb: 'get', resource: 'pods' },
};
const told = { kind: 'Pod', namespace: matrixNamespaces.default, name: 'p' };

/** The least that makes an object of a kind valid, beside its name; by kind, or by `apiVersion kind` where versions differ. */
const members: Readonly<Record<string, object>> = {
  AuditPolicy: { spec: { rules: [] } },
  Cluster: { spec: {} },
  ClusterRole: { rules: [] },
  ClusterRoleBinding: binding,
  ClusterTemplate: { spec: {} },
  ConfigMap: {},
  ControllerRevision: { data: {}, revision: 1 },
  CronJob: { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: jobSpec } } },
  DaemonSet: { spec: keptPods },
  Deployment: { spec: keptPods },
  EndpointSlice: { addressType: 'IPv4', endpoints: [] },
  Endpoints: {},
  'v1 Event': { involvedObject: told },
  'events.k8s.io/v1 Event': {
    regarding: told,
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/c',
    reportingInstance: 'i',
    action: 'Try',
    reason: 'Tried',
    type: 'Normal',
  },
  FlowSchema: { spec: { priorityLevelConfiguration: { name: 'global-default' } } },
  Job: { spec: { ...jobSpec, suspend: true } },
  Lease: { spec: {} },
  LimitRange: { spec: { limits: [] } },
  LocalSubjectAccessReview: { spec: asked },
  Namespace: {},
  Node: {},
  PersistentVolume: {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/data' },
    },
  },
  PersistentVolumeClaim: {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  Plan: { spec: {} },
  Pod: { spec: { containers } },
  PriorityClass: { value: 1 },
  PriorityLevelConfiguration: {
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
  },
  PodDisruptionBudget: { spec: {} },
  ReplicaSet: { spec: keptPods },
  ReplicationController: { spec: { template: keptPods.template } },
  ResourceQuota: { spec: {} },
  Role: { rules: [] },
  RoleBinding: binding,
  RuntimeClass: { handler: 'h' },
  Secret: {},
  SelfSubjectAccessReview: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
  SelfSubjectReview: {},
  SelfSubjectRulesReview: { spec: { namespace: matrixNamespaces.default } },
  Service: { spec: { ports: [{ port: 80 }] } },
  ServiceAccount: {},
  StatefulSet: { spec: { ...keptPods, replicas: 0 } },
  StorageClass: { provisioner: 'example.com/disks' },
  SubjectAccessReview: { spec: asked },
  Tenant: { spec: {} },
  Token: { spec: {} },
  TokenReview: { spec: { token: 'x' } },
  TrustedIssuer: {
    spec: {
      issuer: 'https://issuer.example',
      audiences: ['a'],
      claims: [{ match: 'true', user: 'claims.sub' }],
    },
  },
};

/** A minimal valid object. @throws Error for a kind that nobody has given one */
export function minimalObject(
  { kind, virtual }: KindDefinition,
  version: ServedVersion,
  metadata: { readonly name: string; readonly namespace: string },
): object {
  const apiVersion = apiVersionOf(version);
  const found = members[`${apiVersion} ${kind}`] ?? members[kind];
  if (found === undefined)
    throw new Error(`nobody has said what makes a valid ${apiVersion} ${kind}: see members`);
  const { name, namespace } = metadata;
  const placed = { ...(!virtual && { name }), ...(namespace !== '' && { namespace }) };
  return { apiVersion, kind, metadata: placed, ...found };
}

/** Bodies of subresources that are no part of their object, by name and verb. */
const bodies: Readonly<Record<string, (name: string) => object | undefined>> = {
  'binding create': () => ({ apiVersion: 'v1', kind: 'Binding', target: { kind: 'Node', name: 'n1' } }),
  'eviction create': (name) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } }),
  'log get': () => undefined,
  'proxy get': () => undefined,
  'scale get': () => undefined,
  'scale patch': () => ({ spec: { replicas: 2 } }),
  'scale update': (name) => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name },
    spec: { replicas: 1 },
  }),
  'signingkeys create': () => ({}),
  'signingkeys get': () => undefined,
  'token create': () => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
};

/** The body of a subresource's request that succeeds; `object` for one that is the object. @throws Error for one that nobody knows */
export function subresourceBody(
  subresource: string,
  verb: Verb,
  name: string,
): object | 'object' | undefined {
  const body = bodies[`${subresource} ${verb}`];
  if (body !== undefined) return body(name);
  if (subresource !== 'status' && subresource !== 'finalize') {
    throw new Error(`nobody has said how to ${verb} ${subresource}: see bodies`);
  }
  if (verb === 'get') return undefined;
  return verb === 'patch' ? {} : 'object';
}
