import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { PriorityLevelConfiguration } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { flowControlBootstrap } from './bootstrap-objects.ts';
import { validateConditions } from './validate-conditions.ts';
import { validatePriorityLevel } from './validate-priority-level.ts';

type Spec = NonNullable<PriorityLevelConfiguration['spec']>;
type Limited = NonNullable<Spec['limited']>;
type Queuing = NonNullable<NonNullable<Limited['limitResponse']>['queuing']>;

const defaultShares = 30;
const defaultQueuing = { queues: 64, handSize: 8, queueLengthLimit: 50 };

/** https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#prioritylevelconfiguration */
export const priorityLevelConfiguration: KindDefinition = {
  kind: 'PriorityLevelConfiguration',
  listKind: 'PriorityLevelConfigurationList',
  plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  versions: [
    {
      group: 'flowcontrol.apiserver.k8s.io',
      version: 'v1',
      message: 'k8s.io.api.flowcontrol.v1.PriorityLevelConfiguration',
    },
  ],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    textColumn({
      name: 'Type',
      description: 'Whether the level is limited.',
      cell: (object) => specOf(object)?.type ?? '',
    }),
    textColumn({
      name: 'NominalConcurrencyShares',
      description: 'The share of the places for requests that the level has.',
      cell: sharesOf,
    }),
    queuingColumn('Queues', 'queues', 'Queues of the level.'),
    queuingColumn('HandSize', 'handSize', 'Queues among which each flow is dealt its own.'),
    queuingColumn('QueueLengthLimit', 'queueLengthLimit', 'Requests that may wait in each queue.'),
    ageColumn,
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: withoutStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validatePriorityLevel,
    validateUpdate: validatePriorityLevel,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateConditions },
  },
  selectableFields: {},
  hasGeneration: true,
  bootstrapObjects: flowControlBootstrap,
};

function specOf(object: KubeObject): Spec | undefined {
  return (object as PriorityLevelConfiguration).spec;
}

function sharesOf(object: KubeObject): number | string {
  const spec = specOf(object);
  return spec?.limited?.nominalConcurrencyShares ?? spec?.exempt?.nominalConcurrencyShares ?? '<none>';
}

function queuingColumn(name: string, field: keyof Queuing, description: string) {
  return textColumn({
    name,
    description,
    cell: (object) => specOf(object)?.limited?.limitResponse?.queuing?.[field] ?? '<none>',
  });
}

function applyDefaults(object: KubeObject): KubeObject {
  const spec = specOf(object);
  if (spec === undefined) return object;
  const { exempt, limited } = spec;
  return {
    ...object,
    spec: {
      ...spec,
      ...(exempt !== undefined && { exempt: { nominalConcurrencyShares: 0, lendablePercent: 0, ...exempt } }),
      ...(limited !== undefined && { limited: withDefaults(limited) }),
    },
  };
}

function withDefaults(limited: Limited): Limited {
  const { limitResponse } = limited;
  const queuing = limitResponse?.queuing;
  return {
    ...limited,
    // Decoding writes a pointer that is always there and was not given as null.
    nominalConcurrencyShares: limited.nominalConcurrencyShares ?? defaultShares,
    lendablePercent: limited.lendablePercent ?? 0,
    ...(limitResponse !== undefined &&
      queuing !== undefined && { limitResponse: { ...limitResponse, queuing: withQueues(queuing) } }),
  };
}

/** Zero is not said, as in every field of the API that is no pointer. */
function withQueues(queuing: Queuing): Queuing {
  return {
    queues: queuing.queues || defaultQueuing.queues,
    handSize: queuing.handSize || defaultQueuing.handSize,
    queueLengthLimit: queuing.queueLengthLimit || defaultQueuing.queueLengthLimit,
  };
}
