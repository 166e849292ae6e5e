import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { FlowSchema } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { flowControlBootstrap } from './bootstrap-objects.ts';
import { validateFlowSchema } from './validate-flow-schema.ts';
import { validateConditions } from './validate-conditions.ts';

const defaultPrecedence = 1_000;

/** https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#flowschema */
export const flowSchema: KindDefinition = {
  kind: 'FlowSchema',
  listKind: 'FlowSchemaList',
  plural: 'flowschemas',
  singular: 'flowschema',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  versions: [
    {
      group: 'flowcontrol.apiserver.k8s.io',
      version: 'v1',
      message: 'k8s.io.api.flowcontrol.v1.FlowSchema',
    },
  ],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    textColumn({
      name: 'PriorityLevel',
      description: 'The priority level that the flows are served at.',
      cell: (object) => specOf(object).priorityLevelConfiguration?.name ?? '',
    }),
    textColumn({
      name: 'MatchingPrecedence',
      description: 'Of the schemas that match a request, the one with the lowest number counts.',
      cell: precedenceOf,
    }),
    textColumn({
      name: 'DistinguisherMethod',
      description: 'What tells the flows of the schema apart.',
      cell: (object) => specOf(object).distinguisherMethod?.type ?? '<none>',
    }),
    ageColumn,
    textColumn({
      name: 'MissingPL',
      description: 'Whether the priority level does not exist.',
      cell: (object) => {
        const { conditions = [] } = (object as FlowSchema).status ?? {};
        return conditions.find(({ type }) => type === 'Dangling')?.status ?? '?';
      },
    }),
  ],
  tableOrder: (a, b) => precedenceOf(a) - precedenceOf(b),
  strategy: {
    applyDefaults: (object) => {
      const { spec } = object as FlowSchema;
      if (spec === undefined || spec.matchingPrecedence) return object;
      return { ...object, spec: { ...spec, matchingPrecedence: defaultPrecedence } };
    },
    prepareForCreate: withoutStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validateFlowSchema,
    validateUpdate: validateFlowSchema,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateConditions },
  },
  selectableFields: {},
  hasGeneration: true,
  bootstrapObjects: flowControlBootstrap,
};

function specOf(object: KubeObject): Partial<NonNullable<FlowSchema['spec']>> {
  return (object as FlowSchema).spec ?? {};
}

function precedenceOf(object: KubeObject): number {
  return specOf(object).matchingPrecedence ?? 0;
}
