import type { KubeObject, QuotaRule, ScopeRule } from '@berth/machinery';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../generated/api-types.ts';
import { counterOf } from './counter-of.ts';

/** A ResourceQuota as the store judges by it. */
export function quotaRuleOf(object: KubeObject): QuotaRule {
  const { spec = {} }: ResourceQuota = object;
  const { hard = {}, scopes = [], scopeSelector } = spec;
  const byScope = scopes.map((scopeName) => scopeRule({ scopeName, operator: 'Exists' }));
  return {
    scopes: [...byScope, ...(scopeSelector?.matchExpressions ?? []).map(scopeRule)],
    hard: Object.entries(hard)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([resource, quantity]) => ({ resource, counter: counterOf(resource), quantity })),
  };
}

/** What every object that a scope can select at all has one of. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  PriorityClass: ['Terminating', 'NotTerminating'],
  VolumeAttributesClass: ['Claim'],
};

type ScopeRequirement = Pick<ScopedResourceSelectorRequirement, 'operator' | 'values'> & {
  readonly scopeName: string;
};

function scopeRule({ scopeName, operator, values = [] }: ScopeRequirement): ScopeRule {
  const named = values.map((value) => `${scopeName}=${value}`);
  const all = selectable[scopeName] ?? [];
  switch (operator) {
    case 'In':
      return { any: named, none: [] };
    case 'NotIn':
      return { any: all, none: named };
    case 'DoesNotExist':
      return { any: all, none: [scopeName] };
    case 'Exists':
      return { any: [scopeName], none: [] };
    default:
      return operator satisfies never;
  }
}
