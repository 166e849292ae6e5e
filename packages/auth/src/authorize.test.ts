import { describe, expect, test } from 'vitest';
import { authorize, type RequestAttributes } from './authorize.ts';
import { forbiddenMessage } from './forbidden-message.ts';
import { adminSubject, type Identity, nodeSubject, serviceAccountSubject, type Subject } from './identity.ts';

const as = (clusterId: string, subject: Subject): Identity => ({
  clusterId,
  uid: '',
  extra: {},
  jti: 'j',
  ...subject,
});
const identities = {
  fleetAdmin: as('system', adminSubject()),
  admin: as('a', adminSubject()),
  neighbour: as('b', adminSubject()),
  account: as('a', serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' })),
  neighboursAccount: as('b', serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' })),
  node: as('system', nodeSubject('n1')),
  pretender: as('b', nodeSubject('n1')),
};

/** `cluster verb resource[.group][/sub] [namespace/]name` or `cluster get /path`. */
function attributes(text: string): RequestAttributes {
  const [clusterId = '', verb = '', what = '', object = ''] = text.split(' ');
  if (what.startsWith('/')) return { type: 'path', clusterId, verb, path: what };
  const [qualified = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = qualified.split('.');
  const [namespace = '', name = ''] = object.includes('/') ? object.split('/') : ['', object];
  return {
    type: 'resource',
    clusterId,
    verb,
    group: group.join('.'),
    version: 'v1',
    resource,
    subresource,
    namespace,
    name,
  };
}

const table: ReadonlyArray<readonly [keyof typeof identities, string, boolean]> = [
  ['fleetAdmin', 'a delete secrets ns/x', true],
  ['fleetAdmin', 'system create clusters.platform.berth.dev', true],
  ['admin', 'a delete secrets ns/x', true],
  ['admin', 'a get /metrics', true],
  ['admin', 'b list pods ns/', false],
  ['admin', 'system list nodes', false],
  ['admin', 'b get /api', false],
  ['neighbour', 'a get secrets ns/x', false],
  ['neighbour', 'a create selfsubjectreviews.authentication.k8s.io', false],
  ['account', 'a get /apis/batch/v1', true],
  ['account', 'a get /openapi/v3', true],
  ['account', 'a create selfsubjectreviews.authentication.k8s.io', true],
  ['account', 'a create selfsubjectaccessreviews.authorization.k8s.io', true],
  ['account', 'a create x.constructor', false],
  ['account', 'a list pods ns/', false],
  ['account', 'a get /metrics', false],
  ['account', 'a get /fleet/v1/nodes/n1/pods', false],
  ['neighboursAccount', 'a get /api', false],
  ['node', 'system get nodes n1', true],
  ['node', 'system list nodes', true],
  ['node', 'system create nodes', true],
  ['node', 'system create nodes n1', true],
  ['node', 'system create nodes n2', false],
  ['node', 'system patch nodes/status n1', true],
  ['node', 'system patch nodes/status n2', false],
  ['node', 'system delete nodes n1', false],
  ['node', 'a patch nodes/status n1', false],
  ['node', 'system update leases.coordination.k8s.io kube-node-lease/n1', true],
  ['node', 'system update leases.coordination.k8s.io kube-node-lease/n2', false],
  ['node', 'a update leases.coordination.k8s.io kube-node-lease/n1', false],
  ['node', 'a get secrets ns/x', true],
  ['node', 'a update secrets ns/x', false],
  ['node', 'a list secrets ns/', false],
  ['node', 'a watch secrets ns/', false],
  ['node', 'a list configmaps', false],
  ['node', 'a list pods', false],
  ['node', 'a get pods ns/x', true],
  ['node', 'a update pods/status ns/x', true],
  ['node', 'a update pods ns/x', false],
  ['node', 'a delete pods ns/x', true],
  ['node', 'a create pods ns/', false],
  ['node', 'a create events ns/', true],
  ['node', 'a get /fleet/v1/nodes/n1/pods', true],
  ['node', 'system get /fleet/v1/nodes/n1/pods', true],
  ['node', 'system get /fleet/v1/nodes/n2/pods', false],
  ['node', 'system get clusters.platform.berth.dev', false],
  ['node', 'a get /api', true],
  ['pretender', 'a get pods ns/x', false],
  ['pretender', 'b get secrets ns/x', false],
  ['pretender', 'system get nodes n1', false],
];

describe('who may do what', () => {
  test.for(table)('%s: %s → %s', ([who, what, expected]) => {
    expect(authorize(identities[who], attributes(what)).allowed).toBe(expected);
  });
});

test.for([
  [
    'a list pods default/',
    'pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace "default"',
  ],
  [
    'a get pods/log ns/web',
    'pods "web" is forbidden: User "x" cannot get resource "pods/log" in API group "" in the namespace "ns"',
  ],
  [
    'a delete nodes n1',
    'nodes "n1" is forbidden: User "x" cannot delete resource "nodes" in API group "" at the cluster scope',
  ],
  [
    'a list jobs.batch',
    'jobs.batch is forbidden: User "x" cannot list resource "jobs" in API group "batch" at the cluster scope',
  ],
  ['a get /metrics', 'forbidden: User "x" cannot get path "/metrics"'],
] as const)('a refusal speaks as Kubernetes does: %s', ([what, message]) => {
  expect(forbiddenMessage('x', attributes(what), '')).toBe(message);
});

test('a refusal adds the reason where there is one', () => {
  const decision = authorize(identities.neighbour, attributes('a list pods ns/'));
  expect(forbiddenMessage('admin', attributes('a list pods ns/'), decision.reason)).toBe(
    'pods is forbidden: User "admin" cannot list resource "pods" in API group "" in the namespace "ns": ' +
      'the token is for cluster "b", not "a"',
  );
});
