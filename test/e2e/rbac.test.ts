import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
  await instance.ok('create', 'role', 'reader', '--verb=get,list', '--resource=pods,pods/log');
  const subjects = ['--user=eve', '--group=team', '--serviceaccount=default:robot'];
  await instance.ok('create', 'rolebinding', 'readers', '--role=reader', ...subjects);
  await instance.ok('create', 'serviceaccount', 'robot');
});
afterAll(() => instance?.remove());

const asEve = ['--as=eve'];
/** The rows of a table that kubectl prints. */
const rows = (text: string) => text.split('\n').map((line) => line.trim().split(/\s{2,}/));

describe('kubectl create', () => {
  test('makes roles and bindings, which get and describe show', async () => {
    expect(rows(await instance.ok('get', 'rolebindings', 'readers', '-o', 'wide'))[1]).toEqual([
      'readers',
      'Role/reader',
      expect.stringMatching(/^\d+s$/),
      'eve',
      'team',
      'default/robot',
    ]);
    expect(rows(await instance.ok('describe', 'role', 'reader'))).toContainEqual([
      'pods/log',
      '[]',
      '[]',
      '[get list]',
    ]);
    await instance.ok('create', 'clusterrole', 'metrics', '--verb=get', '--non-resource-url=/metrics');
    await instance.ok('create', 'clusterrolebinding', 'auditors', '--clusterrole=view', '--group=auditors');
    expect(
      await instance.ok(
        'get',
        'clusterrolebinding',
        'auditors',
        '-o',
        'jsonpath={.roleRef.kind}/{.roleRef.name}',
      ),
    ).toBe('ClusterRole/view');
    expect(rows(await instance.ok('get', 'clusterroles'))).toEqual(
      expect.arrayContaining([
        ['NAME', 'CREATED AT'],
        ['cluster-admin', expect.stringMatching(/^\d{4}-.*Z$/)],
        ['metrics', expect.any(String)],
        ['system:discovery', expect.any(String)],
      ]),
    );
  });
});

describe('kubectl auth', () => {
  test('can-i says what a subject may do', async () => {
    const canI = async (...args: string[]) => {
      const { code, stdout } = await instance.kubectl('auth', 'can-i', ...args);
      return [code, stdout.trim()];
    };
    expect(await canI('list', 'pods', ...asEve)).toEqual([0, 'yes']);
    expect(await canI('get', 'pods', '--subresource=log', ...asEve)).toEqual([0, 'yes']);
    expect(await canI('delete', 'pods', ...asEve)).toEqual([1, 'no']);
    expect(await canI('list', 'pods', '-n', 'kube-system', ...asEve)).toEqual([1, 'no']);
    expect(await canI('list', 'pods', '--as=x', '--as-group=team')).toEqual([0, 'yes']);
    expect(await canI('get', '/metrics', ...asEve)).toEqual([1, 'no']);
    expect(await canI('*', '*')).toEqual([0, 'yes']);
    expect(await canI('list', 'secrets', '--as=system:serviceaccount:default:robot')).toEqual([1, 'no']);
  });

  test('can-i --list lists the rules', async () => {
    const listed = rows(await instance.ok('auth', 'can-i', '--list', ...asEve));
    expect(listed).toContainEqual(['pods', '[]', '[]', '[get list]']);
    expect(listed).toContainEqual(['selfsubjectreviews.authentication.k8s.io', '[]', '[]', '[create]']);
    const everything = rows(await instance.ok('auth', 'can-i', '--list'));
    expect(everything).toContainEqual(['*.*', '[]', '[]', '[*]']);
  });

  test('whoami says as whom a request is made', async () => {
    const shown = await instance.ok(
      'auth',
      'whoami',
      ...asEve,
      '--as-group=team',
      '-o',
      'jsonpath={.status.userInfo}',
    );
    expect(JSON.parse(shown)).toEqual({ username: 'eve', groups: ['team', 'system:authenticated'] });
    expect(await instance.ok('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe('admin');
  });

  test('reconcile adds what roles and bindings lack', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'reader', namespace: 'default' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    };
    const binding = {
      ...role,
      kind: 'RoleBinding',
      rules: undefined,
      metadata: { name: 'readers', namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'olga' }],
    };
    const file = join(instance.dataDirectory, 'policy.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [role, binding] }));
    const told = await instance.ok('auth', 'reconcile', '-f', file);
    expect(told).toContain('role.rbac.authorization.k8s.io/reader reconciled');
    expect(told).toContain('rolebinding.rbac.authorization.k8s.io/readers reconciled');
    for (const user of ['eve', 'olga']) {
      expect(await instance.ok('auth', 'can-i', 'get', 'configmaps', `--as=${user}`)).toBe('yes\n');
    }
  });
});

test('somebody else may do what their roles say, and hears in upstream’s words what they may not', async () => {
  expect(await instance.ok('get', 'pods', '-o', 'name', ...asEve)).toBe('');
  const refused = await instance.kubectl('get', 'secrets', ...asEve);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'Error from server (Forbidden): secrets is forbidden: User "eve" cannot list resource "secrets" in API group "" in the namespace "default"\n',
  ]);
  const token = (await instance.ok('create', 'token', 'robot')).trim();
  expect((await instance.kubectl('--token', token, 'get', 'pods')).code).toBe(0);
  const acting = await instance.kubectl('--token', token, 'get', 'pods', ...asEve);
  expect(acting.stderr).toContain('cannot impersonate resource "users" in API group "" at the cluster scope');
});

test('nobody gives more than they hold', async () => {
  await instance.ok('create', 'rolebinding', 'ada-admin', '--clusterrole=admin', '--user=ada');
  await instance.ok('create', 'role', 'less', '--verb=get', '--resource=pods', '--as=ada');
  const refused = await instance.kubectl(
    'create',
    'role',
    'more',
    '--verb=get',
    '--resource=nodes',
    '--as=ada',
  );
  expect(refused.stderr).toContain(
    'roles.rbac.authorization.k8s.io "more" is forbidden: user "ada" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
  );
});

test('what every cluster has grows with labelled roles, and comes back when it is taken away', async () => {
  const widgets = ['--verb=get', '--resource=pods', '--resource-name=widget'];
  await instance.ok('create', 'clusterrole', 'widgets', ...widgets);
  await instance.ok('label', 'clusterrole', 'widgets', 'rbac.authorization.k8s.io/aggregate-to-view=true');
  await eventually('admin has the rules of widgets', async () =>
    (await instance.ok('get', 'clusterrole', 'admin', '-o', 'json')).includes('"widget"'),
  );
  await instance.ok('delete', 'clusterrole', 'system:basic-user', '--timeout=20s');
  await eventually(
    'system:basic-user is back',
    async () => (await instance.kubectl('get', 'clusterrole', 'system:basic-user')).code === 0,
  );
});
