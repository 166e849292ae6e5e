import type { FlowSchema, PriorityLevelConfiguration } from '@berth/kinds';
import { describe, expect, test } from 'vitest';
import type { FlowRequest } from './flow-request.ts';
import { compileSteering } from './steering.ts';

const everybody = ['system:authenticated'];
const pods = { group: '', resource: 'pods', subresource: '', namespace: 'ns' };
const leases = {
  group: 'coordination.k8s.io',
  resource: 'leases',
  subresource: '',
  namespace: 'kube-system',
};

function request(over: Partial<FlowRequest>): FlowRequest {
  return { username: 'olga', groups: everybody, verb: 'get', target: pods, ...over };
}

describe('the configuration that every cluster begins with', () => {
  const steering = compileSteering([]);

  test.each<readonly [string, Partial<FlowRequest>, readonly [string, string, string]]>([
    ['a user', {}, ['global-default', 'global-default', 'olga']],
    ['a master', { groups: ['system:masters', ...everybody] }, ['exempt', 'exempt', '']],
    [
      'a service account',
      { username: 'system:serviceaccount:ns:sa', groups: ['system:serviceaccounts', ...everybody] },
      ['service-accounts', 'workload-low', 'system:serviceaccount:ns:sa'],
    ],
    [
      'a service account of kube-system',
      { username: 'system:serviceaccount:kube-system:sa', groups: ['system:serviceaccounts', ...everybody] },
      ['kube-system-service-accounts', 'workload-high', 'ns'],
    ],
    [
      'its leader election',
      { username: 'system:serviceaccount:kube-system:sa', verb: 'update', target: leases },
      ['system-leader-election', 'leader-election', 'system:serviceaccount:kube-system:sa'],
    ],
    [
      'a node',
      { username: 'system:node:n1', groups: ['system:nodes', ...everybody] },
      ['system-nodes', 'system', 'system:node:n1'],
    ],
    [
      'a node about itself',
      {
        username: 'system:node:n1',
        groups: ['system:nodes'],
        target: { group: '', resource: 'nodes', subresource: 'status', namespace: '' },
      },
      ['system-node-high', 'node-high', 'system:node:n1'],
    ],
    ['a probe', { groups: ['system:unauthenticated'], target: { path: '/livez' } }, ['probes', 'exempt', '']],
    ['somebody unknown', { username: 'x', groups: ['odd'] }, ['catch-all', 'catch-all', 'x']],
  ])('serves %s at its level', (_who, over, expected) => {
    const { schemaName, level, distinguisher } = steering.flowOf(request(over));
    expect([schemaName, level.name, distinguisher]).toEqual(expected);
  });
});

const mine: FlowSchema = {
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  metadata: { name: 'mine', uid: 'schema-uid' },
  spec: {
    priorityLevelConfiguration: { name: 'slow' },
    matchingPrecedence: 50,
    distinguisherMethod: { type: 'ByNamespace' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: 'olga' } }],
        resourceRules: [
          { verbs: ['list'], apiGroups: [''], resources: ['pods', 'pods/log'], namespaces: ['ns'] },
        ],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/debug/*'] }],
      },
    ],
  },
};
const slow: PriorityLevelConfiguration = {
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'PriorityLevelConfiguration',
  metadata: { name: 'slow', uid: 'level-uid' },
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: 5,
      lendablePercent: 20,
      borrowingLimitPercent: 50,
      limitResponse: { type: 'Queue', queuing: { queues: 8, handSize: 2, queueLengthLimit: 3 } },
    },
  },
};

describe('a FlowSchema of one’s own', () => {
  const steering = compileSteering([mine, slow]);
  const schemaOf = (over: Partial<FlowRequest>) => steering.flowOf(request(over)).schemaName;

  test('is chosen by precedence, and says where to', () => {
    expect(steering.flowOf(request({ verb: 'list' }))).toEqual({
      schemaName: 'mine',
      schemaUid: 'schema-uid',
      distinguisher: 'ns',
      level: {
        name: 'slow',
        uid: 'level-uid',
        response: 'queue',
        shares: 5,
        lendable: 0.2,
        borrowing: 0.5,
        queues: 8,
        handSize: 2,
        queueLengthLimit: 3,
      },
    });
  });

  test.each<readonly [string, Partial<FlowRequest>, string]>([
    ['another verb', {}, 'global-default'],
    ['another user', { verb: 'list', username: 'max' }, 'global-default'],
    ['another namespace', { verb: 'list', target: { ...pods, namespace: 'other' } }, 'global-default'],
    ['all namespaces', { verb: 'list', target: { ...pods, namespace: '' } }, 'global-default'],
    ['a subresource', { verb: 'list', target: { ...pods, subresource: 'log' } }, 'mine'],
    ['another subresource', { verb: 'list', target: { ...pods, subresource: 'exec' } }, 'global-default'],
    ['a path', { target: { path: '/metrics' } }, 'mine'],
    ['a path below', { target: { path: '/debug/pprof/heap' } }, 'mine'],
    ['a path beside', { target: { path: '/debugger' } }, 'global-default'],
  ])('is matched as a whole: %s', (_what, over, expected) => {
    expect(schemaOf(over)).toBe(expected);
  });

  test('matches nothing while its level does not exist', () => {
    expect(compileSteering([mine]).flowOf(request({ verb: 'list' })).schemaName).toBe('global-default');
  });
});
