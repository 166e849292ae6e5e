import {
  checkDns1123Subdomain,
  checkLabelValue,
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  nameIsDnsLabel,
  path,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Condition } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';
import { validateAmount, validateCount, validateResourceName } from './plan-limits.ts';
import { planMessage, planSchema } from './plan-schema.ts';
import { platformVersion } from './schema-parts.ts';

/**
 * What tenants of this plan may use, over all their clusters together. A limit that is absent does not bound; 0 allows
 * none. Quantities are canonical.
 */
export interface PlanSpec {
  /** Clusters of one tenant. */
  clusters?: number;
  /** Objects of one kind, by resource as quotas count them: `configmaps`, `jobs.batch`. */
  objects?: Record<string, number>;
  /** Requested by pods that have not ended, in cores and bytes. */
  cpu?: string;
  memory?: string;
  pods?: number;
  /** Requested by claims, in bytes. */
  storage?: string;
  cronJobs?: number;
  requestsPerSecond?: number;
  /** Requests that may come at once after a pause. Default: what comes in one second. */
  requestBurst?: number;
  /** Requests under way at once, without watches. */
  inFlight?: number;
  /** Long-running requests at once. */
  watches?: number;
  /** Turns of the tenant's clusters at once. */
  concurrentTurns?: number;
  /** How long the logs of clusters can be read back at least. */
  logRetention?: string;
  /** Pools whose nodes clusters may use. Absent: every pool. */
  nodePools?: string[];
  /** What one unit of a metered resource costs, by its name in the usage. */
  priceWeights?: Record<string, string>;
  /** ClusterTemplate in the operator's namespace `default` that clusters begin with which name none. */
  clusterTemplate?: string;
}

/** What a tenant has paid for. */
export interface Plan extends KubeObject {
  spec?: PlanSpec;
  status?: { tenants?: number; conditions?: Condition[]; observedGeneration?: number };
}

/** The kind of a {@link Plan}. */
export const plan: KindDefinition = {
  kind: 'Plan',
  listKind: 'PlanList',
  plural: 'plans',
  singular: 'plan',
  shortNames: [],
  categories: ['berth'],
  scope: 'Cluster',
  versions: [{ ...platformVersion, message: planMessage }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    limitColumn('Clusters', 'Clusters that a tenant may have.', ({ clusters }) => clusters),
    limitColumn('CPU', 'Cores that a tenant may request.', ({ cpu }) => cpu),
    limitColumn('Memory', 'Memory that a tenant may request.', ({ memory }) => memory),
    limitColumn('Pods', 'Pods that a tenant may have.', ({ pods }) => pods),
    textColumn({
      name: 'Tenants',
      description: 'Tenants that have this plan.',
      cell: ({ status }: Plan) => String(status?.tenants ?? 0),
    }),
    {
      ...limitColumn(
        'Requests/s',
        'Requests a second that a tenant may send.',
        (spec) => spec.requestsPerSecond,
      ),
      priority: 1,
    },
    wideColumn({
      name: 'Template',
      description: 'What clusters begin with.',
      cell: (object) => specOf(object).clusterTemplate ?? '',
    }),
    ageColumn,
  ],
  nameRule: nameIsDnsLabel,
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: withoutStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validate,
    validateUpdate: validate,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: noErrors },
    forbidsDelete: ({ status }: Plan) =>
      status?.tenants ? `${status.tenants} tenants have it; give them another plan first` : undefined,
  },
  selectableFields: {},
  hasGeneration: true,
  systemOnly: true,
  schema: planSchema,
};

function validate(object: KubeObject): readonly FieldError[] {
  const spec = specOf(object);
  const at = path('spec');
  return [
    ...(['clusters', 'pods', 'cronJobs', 'watches'] as const).flatMap((field) =>
      validateCount(spec[field], at.child(field), 0),
    ),
    // Of none of these nothing would ever be done for the tenant: that is what suspending it is for.
    ...(['requestsPerSecond', 'requestBurst', 'inFlight', 'concurrentTurns'] as const).flatMap((field) =>
      validateCount(spec[field], at.child(field), 1),
    ),
    ...(['cpu', 'memory', 'storage'] as const).flatMap((field) =>
      validateAmount(spec[field], at.child(field)),
    ),
    ...Object.entries(spec.objects ?? {}).flatMap(([resource, count]) => [
      ...validateResourceName(resource, at.child('objects')),
      ...validateCount(count, at.child('objects').key(resource), 0),
    ]),
    ...Object.entries(spec.priceWeights ?? {}).flatMap(([resource, weight]) => [
      ...validateResourceName(resource, at.child('priceWeights')),
      ...validateAmount(weight, at.child('priceWeights').key(resource)),
    ]),
    ...validateRetention(spec.logRetention, at.child('logRetention')),
    ...validatePools(spec.nodePools ?? [], at.child('nodePools')),
    ...validateTemplateName(spec.clusterTemplate, at.child('clusterTemplate')),
  ];
}

/** The name of a ClusterTemplate; '' and absent are none. */
export function validateTemplateName(name: string | undefined, at: FieldPath): FieldError[] {
  return name ? checkDns1123Subdomain(name).map((problem) => invalid(at, name, problem)) : [];
}

function validatePools(pools: readonly string[], at: FieldPath): FieldError[] {
  return pools.flatMap((pool, index) => [
    ...(pool === '' ? ['must not be empty'] : checkLabelValue(pool)).map((problem) =>
      invalid(at.index(index), pool, problem),
    ),
    ...(pools.indexOf(pool) < index ? [duplicate(at.index(index), pool)] : []),
  ]);
}

/** A duration is canonical: one that is not negative and not zero has a digit from 1 on. */
function validateRetention(retention: string | undefined, at: FieldPath): FieldError[] {
  if (retention === undefined) return [];
  const isPositive = !retention.startsWith('-') && /[1-9]/.test(retention);
  return isPositive ? [] : [invalid(at, retention, 'must be greater than 0')];
}

function limitColumn(
  name: string,
  description: string,
  limit: (spec: PlanSpec) => number | string | undefined,
) {
  return textColumn({ name, description, cell: (object) => String(limit(specOf(object)) ?? '<none>') });
}

function specOf(object: KubeObject): PlanSpec {
  return object.spec ?? {};
}
