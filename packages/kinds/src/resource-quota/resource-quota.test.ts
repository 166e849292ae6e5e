import { formatFieldError, isSelected } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import type { ResourceQuotaSpec } from '../generated/api-types.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { quotaRuleOf } from './quota-rule-of.ts';
import { resourceQuota } from './resource-quota.ts';

describe('a ResourceQuota', () => {
  test.each<[ResourceQuotaSpec | object, string[]]>([
    [{}, []],
    [
      {
        hard: {
          'count/jobs.batch': '1',
          'requests.nvidia.com/gpu': '1',
          'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
          'requests.hugepages-2Mi': '4Mi',
          cpu: '100m',
          pods: '0',
        },
      },
      [],
    ],
    [
      { hard: { wood: '1' } },
      [
        'spec.hard[wood]: Invalid value: "wood": must be a standard resource type or fully qualified',
        'spec.hard[wood]: Invalid value: "wood": must be a standard resource for quota',
      ],
    ],
    [
      { hard: { storage: '1' } },
      ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota'],
    ],
    [{ hard: { pods: '1500m' } }, ['spec.hard[pods]: Invalid value: "1500m": must be an integer']],
    [{ hard: { cpu: '-1' } }, ['spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0']],
    [{ scopes: ['Odd'] }, ['spec.scopes: Invalid value: ["Odd"]: unsupported scope']],
    [
      { hard: { cpu: '1', 'count/configmaps': '1' }, scopes: ['BestEffort'] },
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      { scopes: ['Terminating', 'NotTerminating'] },
      ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
    ],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
    [
      {
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }],
        },
      },
      [
        "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      ],
    ],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'In', values: ['a'] }] } },
      [
        'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exist\' only operator when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort and ResourceQuotaScopeCrossNamespacePodAffinity',
      ],
    ],
  ])('%j', (spec, errors) => {
    expect(createErrors(resourceQuota, { spec })).toEqual(errors);
  });

  test('keeps its scopes for ever', () => {
    const spec = { hard: { pods: '1' }, scopes: ['BestEffort'] };
    expect(updateErrors(resourceQuota, { spec }, { spec: { ...spec, hard: { pods: '2' } } })).toEqual([]);
    expect(updateErrors(resourceQuota, { spec }, { spec: { hard: { pods: '1' } } })).toEqual([
      'spec.scopes: Invalid value: []: field is immutable',
    ]);
  });

  test('has a status of quantities', () => {
    const validate = resourceQuota.strategy.status?.validateUpdate;
    const next = objectOf(resourceQuota, { status: { used: { pods: '-1' } } });
    expect(validate?.(next, next).map(formatFieldError)).toEqual([
      'metadata.resourceVersion: Required value',
      'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ]);
  });

  test('shows used and hard of requests and of limits', () => {
    const status = {
      hard: { pods: '10', 'limits.cpu': '2', cpu: '1', 'limits.memory': '1Gi' },
      used: { pods: '2', 'limits.cpu': '500m' },
    };
    expect(cellsOf(resourceQuota, objectOf(resourceQuota, { status }), new Date())).toMatchObject({
      Request: 'cpu: 0/1, pods: 2/10',
      Limit: 'limits.cpu: 500m/2, limits.memory: 0/1Gi',
    });
  });
});

describe('the rule of a ResourceQuota', () => {
  test('reads the counters behind the names, in order', () => {
    const hard = {
      pods: '1',
      cpu: '2',
      'hugepages-2Mi': '3Mi',
      configmaps: '4',
      'count/pods': '5',
      'limits.memory': '6',
    };
    expect(quotaRuleOf(objectOf(resourceQuota, { spec: { hard } })).hard).toEqual([
      { resource: 'configmaps', counter: 'count/configmaps', quantity: '4' },
      { resource: 'count/pods', counter: 'count/pods', quantity: '5' },
      { resource: 'cpu', counter: 'requests.cpu', quantity: '2' },
      { resource: 'hugepages-2Mi', counter: 'requests.hugepages-2Mi', quantity: '3Mi' },
      { resource: 'limits.memory', counter: 'limits.memory', quantity: '6' },
      { resource: 'pods', counter: 'pods', quantity: '1' },
    ]);
  });

  const plain = ['NotBestEffort', 'NotTerminating'];
  const high = [...plain, 'PriorityClass', 'PriorityClass=high'];
  const low = [...plain, 'PriorityClass', 'PriorityClass=low'];
  const claim = ['Claim'];
  const gold = ['Claim', 'VolumeAttributesClass', 'VolumeAttributesClass=gold'];
  test.each<[ResourceQuotaSpec, string[][]]>([
    [{}, [plain, high, low, claim, gold, []]],
    [{ scopes: ['BestEffort'] }, []],
    [{ scopes: ['NotBestEffort', 'NotTerminating'] }, [plain, high, low]],
    [{ scopes: ['PriorityClass'] }, [high, low]],
    [selector('PriorityClass', 'Exists'), [high, low]],
    [selector('PriorityClass', 'In', 'high', 'higher'), [high]],
    [selector('PriorityClass', 'NotIn', 'high'), [plain, low]],
    [selector('PriorityClass', 'DoesNotExist'), [plain]],
    [selector('VolumeAttributesClass', 'In', 'gold'), [gold]],
    [selector('VolumeAttributesClass', 'DoesNotExist'), [claim]],
    [{ ...selector('PriorityClass', 'NotIn', 'high'), scopes: ['NotTerminating'] }, [plain, low]],
  ])('with %j selects', (spec, selected) => {
    const { scopes } = quotaRuleOf(objectOf(resourceQuota, { spec }));
    const all = [plain, high, low, claim, gold, []];
    expect(all.filter((tags) => isSelected(scopes, { tags, amounts: {} }))).toEqual(selected);
  });
});

function selector(
  scopeName: 'PriorityClass' | 'VolumeAttributesClass',
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
  ...values: string[]
): ResourceQuotaSpec {
  return {
    scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values.length > 0 && { values }) }] },
  };
}
