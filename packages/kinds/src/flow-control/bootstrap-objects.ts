import type { KubeObject } from '@berth/machinery';
import type { FlowSchema, PriorityLevelConfiguration } from '../generated/api-types.ts';

type FlowSchemaSpec = NonNullable<FlowSchema['spec']>;
type PriorityLevelSpec = NonNullable<PriorityLevelConfiguration['spec']>;
type Rule = NonNullable<FlowSchemaSpec['rules']>[number];
type FlowSubject = NonNullable<Rule['subjects']>[number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];
type NonResourceRule = NonNullable<Rule['nonResourceRules']>[number];
type Distinguisher = 'ByUser' | 'ByNamespace';

/** As upstream marks what it looks after itself. Whoever sets it to `false` keeps their changes. */
export const autoUpdateAnnotation = 'apf.kubernetes.io/autoupdate-spec';

/** The names of the objects whose spec is fixed. */
export const mandatoryFlowControlNames: ReadonlySet<string> = new Set(['exempt', 'catch-all']);

const everything: ResourceRule = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  clusterScope: true,
  namespaces: ['*'],
};
const everyPath: NonResourceRule = { verbs: ['*'], nonResourceURLs: ['*'] };
const everybody = groups('system:unauthenticated', 'system:authenticated');
const kubeSystemAccounts = serviceAccounts('kube-system', '*');
const controllerManager = users('system:kube-controller-manager');
const schedulers = users('system:kube-scheduler');
const leases = ['get', 'create', 'update'];

/**
 * The configuration that every cluster begins with and that is looked after: the mandatory objects first, then the
 * suggested ones. https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#default-configuration
 */
export const flowControlBootstrap: readonly KubeObject[] = [
  priorityLevel('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  priorityLevel('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
  }),
  queueing('system', { shares: 30, lendable: 33, queues: 64, handSize: 6 }),
  queueing('node-high', { shares: 40, lendable: 25, queues: 64, handSize: 6 }),
  queueing('leader-election', { shares: 10, lendable: 0, queues: 16, handSize: 4 }),
  queueing('workload-high', { shares: 40, lendable: 50, queues: 128, handSize: 6 }),
  queueing('workload-low', { shares: 100, lendable: 90, queues: 128, handSize: 6 }),
  queueing('global-default', { shares: 20, lendable: 50, queues: 128, handSize: 6 }),
  flowSchema('exempt', { level: 'exempt', precedence: 1 }, rule(groups('system:masters'))),
  flowSchema('catch-all', { level: 'catch-all', precedence: 10_000, by: 'ByUser' }, rule(everybody)),
  flowSchema(
    'system-nodes',
    { level: 'system', precedence: 500, by: 'ByUser' },
    rule(groups('system:nodes')),
  ),
  flowSchema(
    'system-node-high',
    { level: 'node-high', precedence: 400, by: 'ByUser' },
    {
      subjects: groups('system:nodes'),
      resourceRules: [
        { ...everything, apiGroups: [''], resources: ['nodes', 'nodes/status'] },
        namespaced(['*'], 'coordination.k8s.io', ['leases']),
      ],
    },
  ),
  flowSchema(
    'probes',
    { level: 'exempt', precedence: 2 },
    {
      subjects: everybody,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ),
  flowSchema(
    'system-leader-election',
    { level: 'leader-election', precedence: 100, by: 'ByUser' },
    {
      subjects: [...controllerManager, ...schedulers, ...kubeSystemAccounts],
      resourceRules: [namespaced(leases, 'coordination.k8s.io', ['leases'])],
    },
  ),
  flowSchema(
    'workload-leader-election',
    { level: 'leader-election', precedence: 200, by: 'ByUser' },
    {
      subjects: kubeSystemAccounts,
      resourceRules: [namespaced(leases, 'coordination.k8s.io', ['leases'])],
    },
  ),
  flowSchema(
    'endpoint-controller',
    { level: 'workload-high', precedence: 150, by: 'ByUser' },
    {
      subjects: [
        ...controllerManager,
        ...serviceAccounts('kube-system', 'endpoint-controller', 'endpointslicemirroring-controller'),
      ],
      resourceRules: [namespaced(leases, '', ['endpoints'])],
    },
  ),
  flowSchema(
    'kube-controller-manager',
    { level: 'workload-high', precedence: 800, by: 'ByNamespace' },
    rule(controllerManager),
  ),
  flowSchema(
    'kube-scheduler',
    { level: 'workload-high', precedence: 800, by: 'ByNamespace' },
    rule(schedulers),
  ),
  flowSchema(
    'kube-system-service-accounts',
    { level: 'workload-high', precedence: 900, by: 'ByNamespace' },
    rule(kubeSystemAccounts),
  ),
  flowSchema(
    'service-accounts',
    { level: 'workload-low', precedence: 9_000, by: 'ByUser' },
    rule(groups('system:serviceaccounts')),
  ),
  flowSchema('global-default', { level: 'global-default', precedence: 9_900, by: 'ByUser' }, rule(everybody)),
];

/** The object of that kind and name that the configuration begins with. */
export function bootstrapObject(kind: string, name: string): KubeObject | undefined {
  return flowControlBootstrap.find((object) => object.kind === kind && object.metadata.name === name);
}

function priorityLevel(name: string, spec: PriorityLevelSpec): PriorityLevelConfiguration {
  return { ...headOf('PriorityLevelConfiguration', name), spec };
}

interface Queueing {
  readonly shares: number;
  readonly lendable: number;
  readonly queues: number;
  readonly handSize: number;
}

function queueing(
  name: string,
  { shares, lendable, queues, handSize }: Queueing,
): PriorityLevelConfiguration {
  return priorityLevel(name, {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
      lendablePercent: lendable,
    },
  });
}

interface Placing {
  readonly level: string;
  readonly precedence: number;
  readonly by?: Distinguisher;
}

function flowSchema(name: string, { level, precedence, by }: Placing, matching: Rule): FlowSchema {
  return {
    ...headOf('FlowSchema', name),
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence: precedence,
      ...(by !== undefined && { distinguisherMethod: { type: by } }),
      rules: [matching],
    },
  };
}

function headOf(kind: string, name: string) {
  const metadata = { name, annotations: { [autoUpdateAnnotation]: 'true' } };
  return { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind, metadata };
}

function rule(subjects: FlowSubject[]): Rule {
  return { subjects, resourceRules: [everything], nonResourceRules: [everyPath] };
}

function namespaced(verbs: string[], group: string, resources: string[]): ResourceRule {
  return { verbs, apiGroups: [group], resources, namespaces: ['*'] };
}

function groups(...names: readonly string[]): FlowSubject[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: readonly string[]): FlowSubject[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function serviceAccounts(namespace: string, ...names: readonly string[]): FlowSubject[] {
  return names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name } }));
}
