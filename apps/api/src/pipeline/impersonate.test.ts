import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const whoami = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
let api: TestApi;
let ada: string;
beforeAll(async () => {
  api = await startTestApi();
  ada = await api.token('default', { subject: { username: 'ada', groups: ['system:authenticated'] } });
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
  const authentication = 'authentication.k8s.io';
  const impersonate = (apiGroup: string, resource: string, ...resourceNames: string[]) => ({
    verbs: ['impersonate'],
    apiGroups: [apiGroup],
    resources: [resource],
    resourceNames,
  });
  const rules = [
    impersonate('', 'users', 'eve', 'system:anonymous'),
    impersonate('', 'groups', 'team', 'a, b'),
    impersonate(authentication, 'uids', 'u1'),
    impersonate(authentication, 'userextras/acme.com/reason', 'test'),
  ];
  await grant('clusterroles', 'clusterrolebindings', rules);
  await grant('namespaces/ns/roles', 'namespaces/ns/rolebindings', [
    impersonate('', 'serviceaccounts', 'sa'),
  ]);
});
afterAll(() => api.close());

async function grant(roles: string, bindings: string, rules: readonly object[]): Promise<void> {
  await api.send('POST', `${rbac}/${roles}`, { body: { metadata: { name: 'actor' }, rules } });
  const roleRef = { kind: roles === 'clusterroles' ? 'ClusterRole' : 'Role', name: 'actor' };
  const subjects = [{ kind: 'User', name: 'ada' }];
  await api.send('POST', `${rbac}/${bindings}`, { body: { metadata: { name: 'ada' }, roleRef, subjects } });
}

/** Who the server takes ada for, or why it does not. `fetch` would put headers of one name together. */
async function seenAs(headers: Readonly<Record<string, string | string[]>>) {
  const text = await new Promise<string>((resolve, reject) => {
    const sent = httpRequest(
      `${api.url}${whoami}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json', ...headers },
      },
      (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve(body));
      },
    );
    sent.on('error', reject);
    sent.end('{}');
  });
  const { status, message, code } = JSON.parse(text);
  return status?.userInfo ?? { code, message };
}

describe('a request is made as', () => {
  test.each<readonly [string, Readonly<Record<string, string | string[]>>, object]>([
    [
      'its sender without headers',
      {},
      { username: 'ada', groups: ['system:authenticated'], extra: expect.any(Object) },
    ],
    ['a user', { 'Impersonate-User': 'eve' }, { username: 'eve', groups: ['system:authenticated'] }],
    [
      'a user of groups, each in a header of its own',
      { 'Impersonate-User': 'eve', 'Impersonate-Group': ['team', 'a, b'] },
      { username: 'eve', groups: ['team', 'a, b', 'system:authenticated'] },
    ],
    [
      'a user with a uid and extra',
      {
        'Impersonate-User': 'eve',
        'Impersonate-Uid': 'u1',
        'Impersonate-Extra-Acme.com%2fReason': 'test',
      },
      {
        username: 'eve',
        uid: 'u1',
        groups: ['system:authenticated'],
        extra: { 'acme.com/reason': ['test'] },
      },
    ],
    [
      'a ServiceAccount, with its groups',
      { 'Impersonate-User': 'system:serviceaccount:ns:sa' },
      {
        username: 'system:serviceaccount:ns:sa',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
      },
    ],
  ])('%s', async (...[, headers, expected]) => {
    expect(await seenAs(headers)).toEqual(expected);
  });
});

describe('a request is refused', () => {
  const cannot = (subject: string, resource: string, group: string) =>
    `${subject} is forbidden: User "ada" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`;
  const eve = { 'Impersonate-User': 'eve' };

  test.each<readonly [string, Readonly<Record<string, string>>, number, string]>([
    ['as another user', { 'Impersonate-User': 'root' }, 403, cannot('users "root"', 'users', '')],
    [
      'in another group',
      { ...eve, 'Impersonate-Group': 'system:masters' },
      403,
      cannot('groups "system:masters"', 'groups', ''),
    ],
    [
      'with another uid',
      { ...eve, 'Impersonate-Uid': 'u2' },
      403,
      cannot('uids.authentication.k8s.io "u2"', 'uids', 'authentication.k8s.io'),
    ],
    [
      'with other extra',
      { ...eve, 'Impersonate-Extra-scopes': 'all' },
      403,
      cannot('userextras.authentication.k8s.io "all"', 'userextras/scopes', 'authentication.k8s.io'),
    ],
    [
      'as another ServiceAccount',
      { 'Impersonate-User': 'system:serviceaccount:ns:root' },
      403,
      'serviceaccounts "root" is forbidden: User "ada" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
    ],
    [
      'in a group without a user',
      { 'Impersonate-Group': 'team' },
      400,
      'requested groups, extra or a uid without impersonating a user',
    ],
    // Nobody is known by no name: reviews of oneself are for those who are.
    [
      'that only known users may make, as one who is not',
      { 'Impersonate-User': 'system:anonymous' },
      403,
      'selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope',
    ],
  ])('%s', async (...[, headers, code, message]) => {
    expect(await seenAs(headers)).toEqual({ code, message });
  });

  test('of a neighbour’s administrator, whoever it wants to be', async () => {
    const { json } = await api.send('GET', '/clusters/default/api/v1/namespaces', {
      as: 'neighbour',
      headers: { 'Impersonate-User': 'admin', 'Impersonate-Group': 'system:masters' },
    });
    expect(json).toMatchObject({
      code: 403,
      message: expect.stringMatching(
        /^users "admin" is forbidden: .*the token is for cluster "neighbour", not "default"$/,
      ),
    });
  });
});

test('who acts as somebody else has the rights of that one alone, in the cluster of the request', async () => {
  const as = (cluster: string, headers: Record<string, string>) =>
    api.send('GET', `/clusters/${cluster}/api/v1/namespaces`, { as: 'system', headers });
  expect((await as('default', { 'Impersonate-User': 'eve' })).status).toBe(403);
  const master = { 'Impersonate-User': 'eve', 'Impersonate-Group': 'system:masters' };
  expect((await as('default', master)).status).toBe(200);
});

test('a token with a scope keeps it, whoever it acts as', async () => {
  const body = { metadata: { name: 'narrow' }, spec: { scope: { verbs: ['impersonate', 'get'] } } };
  const made = await api.send('POST', '/apis/access.berth.dev/v1/tokens', { body });
  const headers = { 'Impersonate-User': 'eve', 'Impersonate-Group': 'system:masters' };
  const { token } = made.json.status;
  const send = (method: string, path: string) => api.send(method, path, { token, headers });
  expect((await send('GET', '/api/v1/namespaces/ns')).status).toBe(200);
  expect((await send('DELETE', '/api/v1/namespaces/ns')).json).toMatchObject({
    code: 403,
    message: expect.stringMatching(/User "eve" cannot delete .*the token's scope does not cover it$/),
  });
});
