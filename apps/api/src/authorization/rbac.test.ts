import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
let api: TestApi;
let token: Record<'eve' | 'admin', string>;
beforeAll(async () => {
  api = await startTestApi();
  const tokenOf = (username: string, ...groups: string[]) =>
    api.token('default', { subject: { username, groups: [...groups, 'system:authenticated'] } });
  token = { eve: await tokenOf('eve', 'team'), admin: await tokenOf('ada') };
  await create('/api/v1/namespaces', { metadata: { name: 'ns' } });
  await grant('ada', { kind: 'ClusterRole', name: 'admin' });
});
afterAll(() => api.close());

const create = (path: string, body: object, by?: string) =>
  api.send('POST', path, { body, ...(by !== undefined && { token: by }) });

/** Grants in namespace `ns`, as the administrator of the cluster. */
const grant = (username: string, roleRef: object) =>
  create(`${rbac}/namespaces/ns/rolebindings`, {
    metadata: { generateName: 'b-' },
    roleRef,
    subjects: [{ kind: 'User', name: username }],
  });
/** What ada changes. A patch says of which kind it is. */
const change = (path: string, body: unknown, patch?: string) =>
  api.send(patch === undefined ? 'PUT' : 'PATCH', path, {
    token: token.admin,
    body,
    headers: { 'content-type': patch === undefined ? 'application/json' : `application/${patch}` },
  });
const role = (name: string, ...rules: object[]) => ({ metadata: { name }, rules });
const podsRule = (...verbs: string[]) => ({ verbs, apiGroups: [''], resources: ['pods'] });

describe('roles and bindings decide', () => {
  test('as soon as they are written, in their namespace, with upstream’s words for a refusal', async () => {
    const pods = '/api/v1/namespaces/ns/pods';
    const refused =
      'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "ns"';
    expect((await api.send('GET', pods, { token: token.eve })).json).toMatchObject({
      code: 403,
      message: refused,
    });
    await create(`${rbac}/namespaces/ns/roles`, role('reader', podsRule('list')));
    await grant('eve', { kind: 'Role', name: 'reader' });
    expect((await api.send('GET', pods, { token: token.eve })).status).toBe(200);
    expect((await api.send('GET', '/api/v1/pods', { token: token.eve })).status).toBe(403);
    await api.send('DELETE', `${rbac}/namespaces/ns/roles/reader`);
    expect((await api.send('GET', pods, { token: token.eve })).json.message).toBe(
      `${refused}: RBAC: role.rbac.authorization.k8s.io "reader" not found`,
    );
  });

  test('of every cluster can be read, and come back when they are gone', async () => {
    const names = async () => {
      const { items } = (await api.send('GET', `${rbac}/clusterroles`, { as: 'neighbour' })).json;
      return items.map((item: { metadata: { name: string } }) => item.metadata.name);
    };
    expect(await names()).toEqual(
      expect.arrayContaining(['admin', 'cluster-admin', 'edit', 'system:discovery', 'view']),
    );
    expect(await names()).not.toContain('berth:tenant-owner');
    const system = await api.send('GET', `${rbac}/clusterroles/berth:tenant-owner`, { as: 'system' });
    expect(system.status).toBe(200);
    const bindings = await api.send('GET', `${rbac}/clusterrolebindings/berth:tenant-owners`, {
      as: 'neighbour',
    });
    expect(bindings.json.roleRef.name).toBe('cluster-admin');
    const viewer = await api.token('neighbour', {
      subject: { username: 'v', groups: ['system:authenticated'] },
    });
    for (const kind of ['clusterroles', 'clusterrolebindings'])
      await api.send('DELETE', `${rbac}/${kind}/system:discovery`, { as: 'neighbour' });
    expect((await api.send('GET', '/apis', { token: viewer })).status).toBe(200);
  });
});

describe('nobody gives what they do not hold', () => {
  const roles = `${rbac}/namespaces/ns/roles`;
  const bindings = `${rbac}/namespaces/ns/rolebindings`;
  const lacks = (resource: string, name: string, ...rules: string[]) =>
    `${resource}.rbac.authorization.k8s.io "${name}" is forbidden: user "ada" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${rules.join('\n')}`;
  const bound = (name: string, roleRef: object) => ({
    metadata: { name },
    roleRef,
    subjects: [{ kind: 'User', name: 'mallory' }],
  });

  test('in a role that they create, update, patch or apply', async () => {
    const held = role('held', podsRule('get', 'list'));
    expect((await create(roles, held, token.admin)).status).toBe(201);
    const more = role('held', podsRule('get', 'list'), {
      verbs: ['*'],
      apiGroups: ['example.com'],
      resources: ['*'],
    });
    const message = lacks('roles', 'held', '{APIGroups:["example.com"], Resources:["*"], Verbs:["*"]}');
    const refused = { code: 403, reason: 'Forbidden', message };
    const path = `${roles}/held`;
    expect((await change(path, more)).json).toMatchObject(refused);
    const { rules } = more;
    expect((await change(path, { rules }, 'merge-patch+json')).json).toMatchObject(refused);
    const apply = { ...more, apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' };
    const applied = await change(`${path}?fieldManager=m&force=true`, apply, 'apply-patch+yaml');
    expect(applied.json).toMatchObject(refused);
    const fresh = { ...role('fresh', { ...podsRule('get', 'bind', 'list'), resources: ['nodes'] }) };
    expect((await create(roles, fresh, token.admin)).json.message).toBe(
      lacks('roles', 'fresh', '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "bind" "list"]}'),
    );
    expect((await change(path, { metadata: { labels: { a: 'b' } } }, 'merge-patch+json')).status).toBe(200);
  });

  test('in a binding, to a role with more, or to none', async () => {
    const clusterAdmin = { kind: 'ClusterRole', name: 'cluster-admin' };
    expect((await create(bindings, bound('most', clusterAdmin), token.admin)).json.message).toBe(
      lacks(
        'rolebindings',
        'most',
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
        '{NonResourceURLs:["*"], Verbs:["*"]}',
      ),
    );
    expect(
      (await create(bindings, bound('none', { kind: 'Role', name: 'gone' }), token.admin)).json,
    ).toMatchObject({
      code: 404,
      message: 'roles.rbac.authorization.k8s.io "gone" not found',
    });
    const view = await create(bindings, bound('less', { kind: 'ClusterRole', name: 'view' }), token.admin);
    expect(view.status).toBe(201);
  });

  test('unless they may escalate or bind', async () => {
    const group = 'rbac.authorization.k8s.io';
    await create(
      roles,
      role(
        'giver',
        { verbs: ['escalate', 'create'], apiGroups: [group], resources: ['roles'] },
        { verbs: ['create'], apiGroups: [group], resources: ['rolebindings'] },
        { verbs: ['bind'], apiGroups: [group], resources: ['clusterroles'], resourceNames: ['edit'] },
      ),
    );
    await grant('eve', { kind: 'Role', name: 'giver' });
    const everything = role('everything', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    expect((await create(roles, everything, token.eve)).status).toBe(201);
    const bind = (name: string) =>
      create(bindings, bound(`to-${name}`, { kind: 'ClusterRole', name }), token.eve);
    expect([(await bind('edit')).status, (await bind('admin')).status]).toEqual([201, 403]);
  });

  test('through an aggregated role, which may gather anything', async () => {
    const group = 'rbac.authorization.k8s.io';
    await create(
      `${rbac}/clusterroles`,
      role(
        'maker',
        { verbs: ['*'], apiGroups: [group], resources: ['clusterroles'], resourceNames: ['x'] },
        { verbs: ['create'], apiGroups: [group], resources: ['clusterroles'] },
      ),
    );
    await create(`${rbac}/clusterrolebindings`, {
      metadata: { name: 'makers' },
      roleRef: { kind: 'ClusterRole', name: 'maker' },
      subjects: [{ kind: 'Group', name: 'team' }],
    });
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    expect(
      (await create(`${rbac}/clusterroles`, { ...role('gather'), aggregationRule }, token.eve)).json,
    ).toMatchObject({
      code: 403,
      message:
        'clusterroles.rbac.authorization.k8s.io "gather" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    });
    expect((await create(`${rbac}/clusterroles`, role('gather'), token.eve)).status).toBe(201);
  });
});

describe('people of a tenant', () => {
  const platform = '/apis/platform.berth.dev/v1';
  const personOf = (username: string, ...groups: string[]) =>
    api.token('system', { subject: { username, groups: [...groups, 'system:authenticated'] } });
  const codesOf = async (by: string, calls: ReadonlyArray<readonly [string, object?]>) => {
    const codes: number[] = [];
    for (const [path, body] of calls) {
      const method = body === undefined ? 'GET' : 'POST';
      const sent = { token: by, ...(body !== undefined && { body }) };
      codes.push((await api.send(method, `/clusters/${path}`, sent)).status);
    }
    return codes;
  };

  beforeAll(async () => {
    const person = (name: string) => [{ kind: 'User', name }];
    const spec = {
      owners: person('olga'),
      members: [{ kind: 'Group', name: 'developers' }],
      viewers: person('vera'),
    };
    const post = (path: string, body: object) =>
      api.send('POST', `${platform}${path}`, { as: 'system', body });
    expect((await post('/tenants', { metadata: { name: 'acme' }, spec })).status).toBe(201);
    expect((await post('/namespaces/acme/clusters', { metadata: { name: 'one' } })).status).toBe(201);
  });

  test.for<readonly [string, readonly string[], readonly number[]]>([
    ['olga', [], [200, 201, 201]],
    ['max', ['developers'], [200, 201, 403]],
    ['vera', [], [200, 403, 403]],
    ['sten', ['berth:tenant-owners'], [403, 403, 403]],
  ])('%s of %j reads, writes and gives roles in its clusters: %j', async ([name, groups, expected]) => {
    const token = await personOf(name, ...groups);
    const configMaps = 'one/api/v1/namespaces/default/configmaps';
    const role = { kind: 'ClusterRole', name: 'view' };
    const binding = {
      metadata: { name: `by-${name}` },
      roleRef: role,
      subjects: [{ kind: 'User', name: 'x' }],
    };
    const within = [
      [configMaps],
      [configMaps, { metadata: { name: `by-${name}` } }],
      [`one${rbac}/clusterrolebindings`, binding],
    ] as const;
    expect(await codesOf(token, within)).toEqual(expected);
    expect(await codesOf(token, [['default/api/v1/namespaces'], ['system/api/v1/namespaces']])).toEqual([
      403, 403,
    ]);
  });
});
