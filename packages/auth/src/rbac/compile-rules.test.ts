import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributes } from '../attributes-fixture.ts';
import type { Decision, RequestAttributes } from '../authorize.ts';
import { compileRules, type RuleSubject } from './compile-rules.ts';
import type { PolicyBinding, PolicyObjects, PolicyRule, PolicySubject } from './policy-objects.ts';

const eve: RuleSubject = { username: 'eve', groups: ['team', 'system:authenticated'] };
const account: RuleSubject = {
  username: 'system:serviceaccount:ns:sa',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
};
const user = (name: string): PolicySubject => ({ kind: 'User', name });

/** `verbs groups resources [names]`, or `verbs /paths`; several stand apart by commas, and `core` is the group ''. */
function rule(text: string): PolicyRule {
  const [verbs = [], second = [], resources, resourceNames] = text.split(' ').map((part) => part.split(','));
  if (resources === undefined) return { verbs, nonResourceURLs: second };
  const apiGroups = second.map((group) => (group === 'core' ? '' : group));
  return { verbs, apiGroups, resources, ...(resourceNames && { resourceNames }) };
}

/** One role with these rules, bound to eve in the whole cluster. */
function decide(rules: readonly string[], what: string): boolean {
  const compiled = compileRules({
    clusterRoles: [{ metadata: { name: 'r' }, rules: rules.map(rule) }],
    roles: [],
    clusterRoleBindings: [
      { metadata: { name: 'b' }, roleRef: { kind: 'ClusterRole', name: 'r' }, subjects: [user('eve')] },
    ],
    roleBindings: [],
  });
  return compiled.decide(eve, attributes(`c ${what}`)).allowed;
}

describe('a rule', () => {
  test.each<readonly [string, string, boolean]>([
    ['get core pods', 'get pods ns/a', true],
    ['get core pods', 'list pods ns/', false],
    ['get core pods', 'get pods.example.com ns/a', false],
    ['get core pods', 'get pods/log ns/a', false],
    ['get core pods/log', 'get pods/log ns/a', true],
    ['get core pods/log', 'get pods ns/a', false],
    ['* * *', 'get pods/log ns/a', true],
    ['* * *', 'get /metrics', false],
    ['get * */log', 'get pods/log ns/a', true],
    ['get * */log', 'get pods ns/a', false],
    ['update apps */scale', 'update deployments.apps/scale ns/a', true],
    ['update apps */scale', 'update deployments.apps/status ns/a', false],
    // As upstream: the resource alone may not be a wildcard's part.
    ['get core pods/*', 'get pods/log ns/a', false],
    ['get core pods a,b', 'get pods ns/b', true],
    ['get core pods a,b', 'get pods ns/c', false],
    ['list core pods a', 'list pods ns/', false],
    ['get,list core,apps pods,deployments', 'list deployments.apps ns/', true],
    ['get core constructor', 'get constructor ns/a', true],
    ['get core pods', 'get constructor ns/a', false],
    ['get /healthz', 'get /healthz', true],
    ['get /healthz', 'get /healthz/etcd', false],
    ['get /healthz/*', 'get /healthz/etcd', true],
    ['get /healthz/*', 'get /healthz', false],
    ['get /healthz*', 'get /healthzz', true],
    ['get *', 'get /anything', true],
    ['* /logs/*', 'post /logs/x', true],
    ['get /logs/*', 'post /logs/x', false],
    ['get *', 'get pods ns/a', false],
  ])('%s: %s → %s', (text, what, expected) => {
    expect(decide([text], what)).toBe(expected);
  });
});

const podReader = [rule('get core pods')];
const objects: PolicyObjects = {
  clusterRoles: [{ metadata: { name: 'reader' }, rules: podReader }],
  roles: [
    { metadata: { name: 'reader', namespace: 'ns' }, rules: [rule('get core secrets')] },
    { metadata: { name: 'empty', namespace: 'ns' }, rules: null },
  ],
  clusterRoleBindings: [
    { metadata: { name: 'lost' }, roleRef: { kind: 'ClusterRole', name: 'gone' }, subjects: [user('eve')] },
    { metadata: { name: 'nobody' }, roleRef: { kind: 'ClusterRole', name: 'reader' } },
  ],
  roleBindings: [
    binding('a', { kind: 'Role', name: 'reader' }, { kind: 'ServiceAccount', name: 'sa' }),
    binding('b', { kind: 'ClusterRole', name: 'reader' }, { kind: 'Group', name: 'team' }),
    binding('c', { kind: 'Role', name: 'gone' }, user('eve'), { kind: 'Group', name: 'team' }),
    binding('d', { kind: 'Role', name: 'empty' }, user('eve')),
  ],
};

function binding(
  name: string,
  roleRef: PolicyBinding['roleRef'],
  ...subjects: PolicySubject[]
): PolicyBinding {
  return { metadata: { name, namespace: 'ns' }, roleRef, subjects };
}

describe('a decision', () => {
  const compiled = compileRules(objects);

  test.each<readonly [string, RuleSubject, string, Decision]>([
    [
      'of a Role for a ServiceAccount of the binding’s own namespace',
      account,
      'get secrets ns/x',
      {
        allowed: true,
        reason: 'RBAC: allowed by RoleBinding "a/ns" of Role "reader" to ServiceAccount "sa/ns"',
      },
    ],
    [
      'of a ClusterRole for a group',
      eve,
      'get pods ns/x',
      {
        allowed: true,
        reason: 'RBAC: allowed by RoleBinding "b/ns" of ClusterRole "reader" to Group "team"',
      },
    ],
    ['in another namespace', account, 'get secrets other/x', { allowed: false, reason: '' }],
    ['in the whole cluster', account, 'get secrets', { allowed: false, reason: '' }],
    [
      'that misses roles says which, each once',
      eve,
      'get secrets ns/x',
      {
        allowed: false,
        reason:
          'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
      },
    ],
    [
      'that misses one role says which',
      eve,
      'get secrets other/x',
      { allowed: false, reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found' },
    ],
  ])('%s', (...[, subject, what, expected]) => {
    expect(compiled.decide(subject, attributes(`c ${what}`))).toEqual(expected);
  });

  test('of somebody lists the rules that it is made of', () => {
    expect(compiled.rulesOf(eve, 'ns')).toEqual({
      rules: podReader,
      errors: [
        'clusterrole.rbac.authorization.k8s.io "gone" not found',
        'role.rbac.authorization.k8s.io "gone" not found',
      ],
    });
    expect(compiled.rulesOf(account, '')).toEqual({ rules: [], errors: [] });
  });

  test('finds the rules of a role', () => {
    expect(compiled.rulesOfRole({ kind: 'ClusterRole', name: 'reader' }, 'ns')).toBe(podReader);
    expect(compiled.rulesOfRole({ kind: 'Role', name: 'empty' }, 'ns')).toEqual([]);
    expect(compiled.rulesOfRole({ kind: 'Role', name: 'reader' }, 'other')).toBeUndefined();
  });
});

/** All bindings, one after the other, as the documentation tells it. */
function naive(policy: PolicyObjects, subject: RuleSubject, wanted: RequestAttributes): Decision {
  const namespace = wanted.type === 'resource' ? wanted.namespace : '';
  const missing: string[] = [];
  for (const one of [...policy.clusterRoleBindings, ...policy.roleBindings]) {
    const home = one.metadata.namespace ?? '';
    if (home !== '' && home !== namespace) continue;
    const named = (one.subjects ?? []).find(({ kind, name, namespace: of = home }) => {
      if (kind === 'Group') return subject.groups.includes(name);
      return subject.username === (kind === 'User' ? name : `system:serviceaccount:${of}:${name}`);
    });
    if (named === undefined) continue;
    const { kind, name } = one.roleRef;
    const candidates = kind === 'Role' ? policy.roles : policy.clusterRoles;
    const role = candidates.find(
      ({ metadata }) => metadata.name === name && (kind === 'ClusterRole' || metadata.namespace === home),
    );
    if (role === undefined)
      missing.push(`${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found`);
    if (!(role?.rules ?? []).some((each) => allows(each, wanted))) continue;
    const to = named.kind === 'ServiceAccount' ? `${named.name}/${named.namespace ?? home}` : named.name;
    const where =
      home === ''
        ? `ClusterRoleBinding "${one.metadata.name}"`
        : `RoleBinding "${one.metadata.name}/${home}"`;
    return {
      allowed: true,
      reason: `RBAC: allowed by ${where} of ${kind} "${name}" to ${named.kind} "${to}"`,
    };
  }
  const unique = [...new Set(missing)];
  const text = unique.length > 1 ? `[${unique.join(', ')}]` : (unique[0] ?? '');
  return { allowed: false, reason: text === '' ? '' : `RBAC: ${text}` };
}

function allows(one: PolicyRule, wanted: RequestAttributes): boolean {
  const has = (list: readonly string[] | undefined, value: string) =>
    (list ?? []).some((each) => each === '*' || each === value);
  if (!has(one.verbs, wanted.verb)) return false;
  if (wanted.type === 'path') {
    return (one.nonResourceURLs ?? []).some(
      (url) => url === wanted.path || (url.endsWith('*') && wanted.path.startsWith(url.replace(/\*+$/, ''))),
    );
  }
  const { group, resource, subresource, name } = wanted;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const isResource =
    has(one.resources, full) || (subresource !== '' && (one.resources ?? []).includes(`*/${subresource}`));
  const isNamed = !one.resourceNames?.length || one.resourceNames.includes(name);
  return has(one.apiGroups, group) && isResource && isNamed;
}

describe('compiled rules decide as all bindings would, one after the other', () => {
  const some = (...values: string[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  const verbs = ['get', 'list', '*'];
  const onResources = fc.record(
    {
      verbs: some(...verbs),
      apiGroups: some('', 'apps', '*'),
      resources: some('pods', 'pods/log', '*/log', 'pods/*', '*'),
      resourceNames: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    },
    { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
  );
  const onPaths = fc.record({ verbs: some(...verbs), nonResourceURLs: some('/a', '/a/*', '/*', '*') });
  const rules = fc.array(fc.oneof(onResources, onPaths), { maxLength: 3 });
  const names = fc.constantFrom('r1', 'r2', 'r3');
  const namespaces = fc.constantFrom('n1', 'n2');
  const subjects = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('User'),
        name: fc.constantFrom('u1', 'u2', 'system:serviceaccount:n1:s'),
      }),
      fc.record({ kind: fc.constant('Group'), name: fc.constantFrom('g1', 'g2') }),
      fc.record({ kind: fc.constant('ServiceAccount'), name: fc.constant('s'), namespace: namespaces }),
    ),
    { maxLength: 3 },
  );
  const roleRefs = fc.record({ kind: fc.constantFrom('Role', 'ClusterRole'), name: names });
  const namespaced = fc.record({ name: names, namespace: namespaces });
  const key = ({ metadata }: { readonly metadata: { name: string; namespace?: string } }) =>
    `${metadata.namespace ?? ''}/${metadata.name}`;
  const roles = fc.uniqueArray(fc.record({ metadata: namespaced, rules }), { maxLength: 4, selector: key });
  const clusterRoles = fc.uniqueArray(fc.record({ metadata: fc.record({ name: names }), rules }), {
    maxLength: 3,
    selector: key,
  });
  /** Few bindings are searched one by one, many together. */
  const sizes = [{ maxLength: 6 }, { minLength: 30, maxLength: 60 }];
  const requests = fc.oneof(
    fc.record({
      type: fc.constant('resource' as const),
      clusterId: fc.constant('c'),
      verb: fc.constantFrom('get', 'list', 'delete', '*'),
      group: fc.constantFrom('', 'apps', 'batch'),
      version: fc.constant('v1'),
      resource: fc.constantFrom('pods', 'secrets'),
      subresource: fc.constantFrom('', 'log', 'scale'),
      namespace: fc.constantFrom('', 'n1', 'n2'),
      name: fc.constantFrom('', 'a', 'c'),
    }),
    fc.record({
      type: fc.constant('path' as const),
      clusterId: fc.constant('c'),
      verb: fc.constantFrom('get', 'post'),
      path: fc.constantFrom('/a', '/a/b', '/b'),
    }),
  );
  const people = fc.record({
    username: fc.constantFrom('u1', 'u2', 'u3', 'system:serviceaccount:n1:s'),
    groups: fc.uniqueArray(fc.constantFrom('g1', 'g2', 'g3')),
  });

  test.each(sizes)('%j bindings', (size) => {
    const policy = fc.record({
      clusterRoles,
      roles,
      clusterRoleBindings: fc.array(
        fc.record({ metadata: fc.record({ name: fc.string() }), roleRef: roleRefs, subjects }),
        size,
      ),
      roleBindings: fc.array(
        fc.record({
          metadata: fc.record({ name: fc.constantFrom('b1', 'b2'), namespace: namespaces }),
          roleRef: roleRefs,
          subjects,
        }),
        size,
      ),
    });
    const isQuoted = (decision: Decision): Decision => ({ ...decision, reason: unquoted(decision.reason) });
    fc.assert(
      fc.property(
        policy,
        people,
        fc.array(requests, { minLength: 1, maxLength: 10 }),
        (given, subject, wanted) => {
          const compiled = compileRules(given);
          for (const one of wanted) {
            expect(isQuoted(compiled.decide(subject, one))).toEqual(isQuoted(naive(given, subject, one)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Names of bindings are any text, which messages quote as Go does. */
function unquoted(reason: string): string {
  return reason.replace(/ClusterRoleBinding ".*" of/s, 'ClusterRoleBinding of');
}
