import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { ResourceQuota } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { quotaRuleOf } from './quota-rule-of.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './validate-resource-quota.ts';

/** https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
export const resourceQuota: KindDefinition = {
  kind: 'ResourceQuota',
  listKind: 'ResourceQuotaList',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.ResourceQuota' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    textColumn({
      name: 'Request',
      description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
      cell: (object) => usageText(object, (resource) => !isLimit(resource)),
    }),
    textColumn({
      name: 'Limit',
      description:
        'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      cell: (object) => usageText(object, isLimit),
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    // The commit that stores a quota also counts what is there, and writes the status.
    prepareForCreate: (object) => ({ ...object, status: {} }),
    prepareForUpdate: keepStatus,
    validateCreate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateResourceQuotaStatus },
  },
  selectableFields: {},
  hasGeneration: false,
  quota: quotaRuleOf,
};

function usageText(object: KubeObject, isShown: (resource: string) => boolean): string {
  const { status = {} }: ResourceQuota = object;
  return Object.entries(status.hard ?? {})
    .filter(([resource]) => isShown(resource))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${status.used?.[resource] ?? '0'}/${hard}`)
    .join(', ');
}

function isLimit(resource: string): boolean {
  return resource.startsWith('limits.');
}
