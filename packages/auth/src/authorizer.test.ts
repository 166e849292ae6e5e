import { describe, expect, test } from 'vitest';
import { attributes } from './attributes-fixture.ts';
import { createAuthorizer } from './authorizer.ts';
import { forbiddenMessage } from './forbidden-message.ts';
import { adminSubject, type Identity, nodeSubject, serviceAccountSubject, type Subject } from './identity.ts';
import { compileRules } from './rbac/compile-rules.ts';

const as = (clusterId: string, subject: Subject): Identity => ({
  clusterId,
  uid: '',
  extra: {},
  jti: 'j',
  ...subject,
});
const identities: Readonly<Record<string, Identity>> = {
  fleetAdmin: as('system', adminSubject()),
  admin: as('a', adminSubject()),
  neighbour: as('b', adminSubject()),
  account: as('a', serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' })),
  neighboursAccount: as('b', serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' })),
  node: as('system', nodeSubject('n1')),
  pretender: as('b', nodeSubject('n1')),
  viewer: as('system', { username: 'vera', groups: ['berth:tenant-owners', 'system:authenticated'] }),
  viewingAccount: as('system', {
    username: 'system:serviceaccount:ns:vera',
    groups: ['system:serviceaccounts:ns', 'system:authenticated'],
  }),
  stranger: as('system', { username: 'sten', groups: ['developers', 'system:authenticated'] }),
  scoped: { ...as('a', adminSubject()), scope: { namespaces: ['ns'], verbs: ['get'] } },
};

const metadata = (name: string) => ({ metadata: { name } });
const bound = (role: string, ...groups: readonly string[]) => ({
  ...metadata(role),
  roleRef: { kind: 'ClusterRole', name: role },
  subjects: groups.map((name) => ({ kind: 'Group', name })),
});
/** Some of what every cluster has. */
const rules = compileRules({
  clusterRoles: [
    {
      ...metadata('discovery'),
      rules: [{ verbs: ['get'], nonResourceURLs: ['/api', '/apis/*', '/openapi/*'] }],
    },
    {
      ...metadata('basic'),
      rules: [
        {
          verbs: ['create'],
          apiGroups: ['authorization.k8s.io', 'authentication.k8s.io'],
          resources: ['selfsubjectaccessreviews', 'selfsubjectreviews'],
        },
      ],
    },
    { ...metadata('secrets'), rules: [{ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }] },
    { ...metadata('view'), rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }] },
  ],
  roles: [],
  clusterRoleBindings: [
    bound('discovery', 'system:authenticated'),
    bound('basic', 'system:authenticated'),
    bound('view', 'berth:tenant-viewers', 'developers'),
    bound('secrets', 'system:serviceaccounts:ns', 'berth:tenant-owners'),
  ],
  roleBindings: [],
});

/** Cluster `a` is of a tenant that vera may view; its identities are asked for once a role matters. */
const authorizer = createAuthorizer({
  rulesOf: async () => rules,
  tenantRoleOf: async (clusterId, { username }) =>
    clusterId === 'a' && username.endsWith('vera') ? 'viewer' : undefined,
});

const table: ReadonlyArray<readonly [string, string, boolean]> = [
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
  ['node', 'system update leases.coordination.k8s.io default/n1', false],
  ['node', 'a create pods/eviction ns/x', true],
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
  ['node', 'system get /fleet/v1/nodes/n1/services', true],
  ['node', 'system get /fleet/v1/nodes/n2/services', false],
  ['node', 'system get clusters.platform.berth.dev', false],
  ['node', 'a get /api', true],
  ['pretender', 'a get pods ns/x', false],
  ['pretender', 'b get secrets ns/x', false],
  ['pretender', 'system get nodes n1', false],
  ['viewer', 'a list pods ns/', true],
  ['viewer', 'a list secrets ns/', false],
  ['viewer', 'a get /apis/batch', true],
  ['viewer', 'b list pods ns/', false],
  ['viewer', 'b get /api', false],
  ['viewer', 'system list pods ns/', false],
  ['viewingAccount', 'a list pods ns/', true],
  ['viewingAccount', 'a list secrets ns/', false],
  ['viewingAccount', 'system list secrets ns/', true],
  ['account', 'a list secrets ns/', true],
  ['stranger', 'a list pods ns/', false],
  ['stranger', 'system list pods ns/', true],
  ['scoped', 'a get secrets ns/x', true],
  ['scoped', 'a get secrets other/x', false],
  ['scoped', 'a delete secrets ns/x', false],
];

describe('who may do what', () => {
  const identityOf = (who: string): Identity => {
    const identity = identities[who];
    if (identity === undefined) throw new Error(`nobody is called ${who}`);
    return identity;
  };

  test.for(table)('%s: %s → %s', async ([who, what, expected]) => {
    expect((await authorizer.authorize(identityOf(who), attributes(what))).allowed).toBe(expected);
  });

  test.for([
    ['viewer', 'a', ['pods']],
    ['viewer', 'b', []],
    ['admin', 'a', ['*']],
    ['admin', 'b', []],
    ['fleetAdmin', 'b', ['*']],
    ['account', 'a', ['selfsubjectaccessreviews', 'selfsubjectreviews', 'secrets']],
  ] as const)('the rules of %s in %s are about %j', async ([who, clusterId, resources]) => {
    const found = await authorizer.rulesOf(identityOf(who), clusterId, 'ns');
    expect(found.rules.flatMap((rule) => rule.resources ?? [])).toEqual(
      expect.arrayContaining([...resources]),
    );
    expect(found.rules.length > 0).toBe(resources.length > 0);
  });

  test('the rules of a node are not all that there is', async () => {
    const { errors } = await authorizer.rulesOf(identityOf('node'), 'a', 'ns');
    expect(errors).toEqual(['node authorizer does not support user rule resolution']);
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

test('a refusal adds the reason where there is one', async () => {
  const neighbour = as('b', adminSubject());
  const decision = await authorizer.authorize(neighbour, attributes('a list pods ns/'));
  expect(forbiddenMessage('admin', attributes('a list pods ns/'), decision.reason)).toBe(
    'pods is forbidden: User "admin" cannot list resource "pods" in API group "" in the namespace "ns": ' +
      'the token is for cluster "b", not "a"',
  );
});
