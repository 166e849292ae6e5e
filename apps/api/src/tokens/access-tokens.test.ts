import type { Subject } from '@berth/auth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

let api: TestApi;
/** Another process on the same database. */
let other: TestApi;
const tokens = '/apis/access.berth.dev/v1/tokens';
beforeAll(async () => {
  api = await startTestApi();
  other = await api.another();
  for (const name of ['web', 'shop']) {
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  }
});
afterAll(async () => {
  await other.close();
  await api.close();
});

const post = (name: string, spec: object, token?: string) =>
  api.send('POST', tokens, { body: { metadata: { name }, spec }, ...(token !== undefined && { token }) });

async function create(name: string, spec: object = {}): Promise<string> {
  const { status, json } = await post(name, spec);
  expect(status, JSON.stringify(json)).toBe(201);
  return json.status.token;
}

/** @param what e.g. `GET /api` */
async function codeOf(token: string, what: string, server = api): Promise<number> {
  const [method = '', path = ''] = what.split(' ');
  return (await server.send(method, path, { token, ...(method === 'POST' && { body: {} }) })).status;
}

test('is shown once, works at once, and is in no object, list or event', async () => {
  const since = (await api.send('GET', tokens)).json.metadata.resourceVersion;
  const created = await post('once', { type: 'User' });
  expect(created.json).toMatchObject({
    kind: 'Token',
    apiVersion: 'access.berth.dev/v1',
    metadata: { name: 'once' },
    spec: { type: 'User', user: 'admin', groups: ['system:masters', 'system:authenticated'] },
    status: {
      id: created.json.metadata.uid,
      token: expect.stringMatching(/^ey/),
      expirationTimestamp: expect.any(String),
    },
  });
  const { token, ...shown } = created.json.status;
  expect(await codeOf(token, 'GET /api/v1/namespaces')).toBe(200);
  expect(await codeOf(token, 'GET /api/v1/namespaces', other)).toBe(200);
  const one = await api.send('GET', `${tokens}/once`);
  expect(one.json.status).toMatchObject(shown);
  const [all, seen] = await Promise.all([
    api.send('GET', tokens),
    api.send('GET', `${tokens}?watch=true&resourceVersion=${since}&timeoutSeconds=1`),
  ]);
  for (const answer of [one, all, seen]) {
    expect(answer.text).toContain('"once"');
    expect(answer.text).not.toContain(token);
    expect(answer.text).not.toContain(token.split('.')[2]);
  }
});

test('says by whom and by which token a request is made', async () => {
  const token = await create('who', { user: 'ada', groups: ['crew'] });
  const { json } = await api.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    token,
    body: {},
  });
  const { uid } = (await api.send('GET', `${tokens}/who`)).json.metadata;
  expect(json.status.userInfo).toEqual({
    username: 'ada',
    groups: ['crew', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${uid}`] },
  });
});

test('ends within a second of its object, in every process, though another one takes its name', async () => {
  const token = await create('short');
  const codes = () =>
    Promise.all([api, other].map((server) => codeOf(token, 'GET /api/v1/namespaces', server)));
  expect(await codes()).toEqual([200, 200]);
  expect((await api.send('DELETE', `${tokens}/short`)).status).toBe(200);
  const next = await create('short');
  await eventually('both refuse the token', async () => (await codes()).every((code) => code === 401), 1_000);
  expect(await codeOf(next, 'GET /api/v1/namespaces')).toBe(200);
});

test('ends the watches that were opened with it, in every process', async () => {
  const token = await create('watcher');
  const headers = { authorization: `Bearer ${token}` };
  const watches = await Promise.all(
    [api, other].map((server) => openWatch(`${server.url}/api/v1/namespaces?watch=true`, headers)),
  );
  for (const watch of watches) await watch.take(2);
  const stays = await openWatch(`${api.url}/api/v1/namespaces?watch=true`, {
    authorization: `Bearer ${await api.token('default')}`,
  });
  await api.send('DELETE', `${tokens}/watcher`);
  await Promise.all(watches.map((watch) => watch.ended));
  const body = { metadata: { name: 'later' } };
  await api.send('POST', '/api/v1/namespaces', { body });
  await eventually('the other watch goes on', () =>
    stays.seen.some(({ object }) => object.metadata.name === 'later'),
  );
  expect(watches.map(({ seen }) => seen.at(-1)?.type)).toEqual(['ADDED', 'ADDED']);
  await stays.end();
});

test('ends at once where its object only begins to go', async () => {
  const token = await create('held');
  expect(await codeOf(token, 'GET /api/v1/namespaces')).toBe(200);
  const options = { body: { propagationPolicy: 'Foreground' } };
  expect((await api.send('DELETE', `${tokens}/held`, options)).status).toBe(200);
  expect((await api.send('GET', `${tokens}/held`)).json.metadata.deletionTimestamp).toBeDefined();
  await eventually(
    'the token is refused',
    async () => (await codeOf(token, 'GET /api/v1/namespaces')) === 401,
    1_000,
  );
});

test('ends when its time has come', async () => {
  const token = await create('timed', { expirationSeconds: 600 });
  const codeAfter = async (seconds: number) => {
    const later = await api.another({ now: () => new Date(Date.now() + seconds * 1000) });
    try {
      return await codeOf(token, 'GET /api/v1/namespaces', later);
    } finally {
      await later.close();
    }
  };
  expect(await codeAfter(590)).toBe(200);
  expect(await codeAfter(601)).toBe(401);
});

test('a token with a scope is good for no more than that, and makes no other tokens', async () => {
  const scope = { namespaces: ['web'], verbs: ['get', 'list', 'create'] };
  const token = await create('ci', { type: 'Deploy', scope });
  const table = [
    ['GET', '/api/v1/namespaces/web/configmaps', 200],
    ['GET', '/api/v1/namespaces/web', 200],
    ['GET', '/api/v1/namespaces/shop/configmaps', 403],
    ['GET', '/api/v1/configmaps', 403],
    ['DELETE', '/api/v1/namespaces/web/configmaps/x', 403],
    ['POST', tokens, 403],
    ['GET', '/apis/batch/v1', 200],
    ['POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', 201],
  ] as const;
  for (const [method, path, code] of table) {
    expect([method, path, await codeOf(token, `${method} ${path}`)]).toEqual([method, path, code]);
  }
  const creator = await create('creator', { scope: { verbs: ['*'] } });
  expect((await post('child', {}, creator)).json).toMatchObject({
    code: 403,
    message: 'tokens.access.berth.dev "child" is forbidden: a token with a scope cannot create tokens',
  });
});

test('a token of the fleet’s own cluster can be for one cluster alone', async () => {
  const { json } = await api.send('POST', tokens, {
    as: 'system',
    body: { metadata: { name: 'one' }, spec: { scope: { clusters: ['default'] } } },
  });
  const { token } = json.status;
  expect(await codeOf(token, 'GET /clusters/default/api/v1/namespaces')).toBe(200);
  expect(await codeOf(token, 'GET /clusters/neighbour/api/v1/namespaces')).toBe(403);
  expect(await codeOf(token, 'GET /api/v1/namespaces')).toBe(403);
});

describe('nobody gets more by a token than they have', () => {
  let ada: string;
  beforeAll(async () => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const mayImpersonate = (resource: string, name: string) => ({
      apiGroups: [''],
      resources: [resource],
      verbs: ['impersonate'],
      resourceNames: [name],
    });
    const rules = [
      { apiGroups: ['access.berth.dev'], resources: ['tokens'], verbs: ['create'] },
      mayImpersonate('users', 'build-robot'),
      mayImpersonate('groups', 'robots'),
    ];
    await api.send('POST', `${rbac}/clusterroles`, { body: { metadata: { name: 'maker' }, rules } });
    await api.send('POST', `${rbac}/clusterrolebindings`, {
      body: {
        metadata: { name: 'maker' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'maker' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }],
      },
    });
    ada = await api.token('default', {
      subject: { username: 'ada', groups: ['crew', 'system:authenticated'] },
    });
  });

  test.for([
    ['her own', {}],
    ['her own name in fewer groups', { user: 'ada', groups: ['system:authenticated'] }],
    ['whom she may impersonate', { user: 'build-robot', groups: ['robots'] }],
  ] as const)('ada makes a token of %s', async ([, spec], { expect: check }) => {
    const { status, json } = await post(`ada-${JSON.stringify(spec).length}`, spec, ada);
    check(status, JSON.stringify(json)).toBe(201);
    const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const who = await api.send('POST', review, { token: json.status.token, body: {} });
    const { user = 'ada', groups = ['crew'] }: { user?: string; groups?: readonly string[] } = spec;
    check(who.json.status.userInfo).toMatchObject({
      username: user,
      groups: [...new Set([...groups, 'system:authenticated'])],
    });
  });

  test.for([
    [{ user: 'eve' }, 'users "eve"', '"users"'],
    [{ user: 'admin', groups: [] }, 'users "admin"', '"users"'],
    [{ user: 'system:node:n1', groups: ['system:nodes'] }, 'users "system:node:n1"', '"users"'],
    [{ groups: ['crew', 'system:masters'] }, 'groups "system:masters"', '"groups"'],
    [{ user: 'build-robot', groups: ['system:masters'] }, 'groups "system:masters"', '"groups"'],
  ] as const)('and none of %j', async ([spec, subject, resource]) => {
    const { json } = await post('refused', spec, ada);
    expect(json).toMatchObject({
      code: 403,
      message: `${subject} is forbidden: User "ada" cannot impersonate resource ${resource} in API group "" at the cluster scope`,
    });
    expect((await api.send('GET', `${tokens}/refused`)).status).toBe(404);
  });

  test('a service account’s token is asked for at the account', async () => {
    expect((await post('sa', { user: 'system:serviceaccount:web:default' })).json).toMatchObject({
      code: 422,
      reason: 'Invalid',
    });
  });
});

test('a dry run makes no token', async () => {
  const { status, json } = await api.send('POST', `${tokens}?dryRun=All`, {
    body: { metadata: { name: 'dry' }, spec: {} },
  });
  expect([status, json.status.token]).toEqual([201, undefined]);
  expect((await api.send('GET', `${tokens}/dry`)).status).toBe(404);
});

test('cannot be changed but for its labels, nor made by an apply, which would not show it', async () => {
  const token = await create('fixed');
  const apply = (name: string, members: object) =>
    api.send('PATCH', `${tokens}/${name}?fieldManager=x`, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { apiVersion: 'access.berth.dev/v1', kind: 'Token', metadata: { name }, ...members },
    });
  const labelled = await apply('fixed', { metadata: { name: 'fixed', labels: { team: 'web' } } });
  expect([labelled.status, labelled.json.metadata.labels]).toEqual([200, { team: 'web' }]);
  expect((await apply('applied', { spec: {} })).json).toMatchObject({ code: 404, reason: 'NotFound' });
  expect((await apply('applied', { spec: { user: 'eve', groups: ['system:masters'] } })).status).toBe(404);
  const stored = (await api.send('GET', `${tokens}/fixed`)).json;
  const put = (spec: object) =>
    api.send('PUT', `${tokens}/fixed`, { body: { ...stored, metadata: { name: 'fixed' }, spec } });
  expect((await put({ ...stored.spec, user: 'eve' })).json).toMatchObject({
    code: 422,
    message: expect.stringContaining('spec: Forbidden: a token that was handed out cannot change'),
  });
  const same = await put(stored.spec);
  expect([same.status, same.json.status.token, same.json.status.id]).toEqual([
    200,
    undefined,
    stored.status.id,
  ]);
  expect(await codeOf(token, 'GET /api/v1/namespaces')).toBe(200);
});

test('tells when it was last used, without a trace in the log', async () => {
  const token = await create('used');
  const shown = async (server: TestApi) =>
    (await server.send('GET', `${tokens}/used`)).json.status.lastUsedTimestamp;
  expect(await shown(api)).toBeUndefined();
  const head = (await api.send('GET', tokens)).json.metadata.resourceVersion;
  const before = Date.now();
  for (let use = 0; use < 5; use += 1) await codeOf(token, 'GET /api/v1/namespaces');
  const usedAt = await eventually('the use is told', () => shown(other));
  expect(Date.parse(usedAt)).toBeGreaterThanOrEqual(before - 1_000);
  const listed = (await api.send('GET', tokens)).json;
  const row = listed.items.find((item: { metadata: { name: string } }) => item.metadata.name === 'used');
  expect(row.status.lastUsedTimestamp).toBe(usedAt);
  expect(listed.metadata.resourceVersion).toBe(head);
  const use = { resource: 'tokens.access.berth.dev', namespace: '', name: 'used' };
  const stored = await api.store.heartbeats.get('default', use);
  await codeOf(token, 'GET /api/v1/namespaces', other);
  await codeOf(token, 'GET /api/v1/namespaces');
  expect((await api.store.heartbeats.get('default', use))?.revision).toBe(stored?.revision);

  await api.send('DELETE', `${tokens}/used`);
  expect(await api.store.heartbeats.get('default', use)).toBeUndefined();
});

test('the use of a token that a controller removed goes with the next list', async () => {
  const use = { resource: 'tokens.access.berth.dev', namespace: '', name: 'removed' };
  const body = JSON.stringify({ lastUsedTimestamp: new Date().toISOString() });
  await api.store.heartbeats.put('default', { ...use, uid: 'u', body });
  await api.send('GET', tokens);
  expect(await api.store.heartbeats.get('default', use)).toBeUndefined();
});

test('an owner of the tenant gets one that is good for what owners may do there, and nowhere else', async () => {
  const platform = '/apis/platform.berth.dev/v1';
  const owners = [{ kind: 'User', name: 'alice' }];
  const object = (kind: string, name: string, spec: object) => ({ body: { kind, metadata: { name }, spec } });
  const asOperator = { as: 'system' } as const;
  await api.send('POST', `${platform}/tenants`, { ...asOperator, ...object('Tenant', 'acme', { owners }) });
  for (const name of ['acme-prod', 'acme-dev']) {
    await api.send('POST', `${platform}/namespaces/acme/clusters`, {
      ...asOperator,
      ...object('Cluster', name, {}),
    });
  }
  const subject: Subject = { username: 'alice', groups: ['staff'] };
  const alice = await api.token('system', { subject });
  const made = await api.send('POST', `/clusters/acme-prod${tokens}`, {
    token: alice,
    body: { metadata: { name: 'hers' } },
  });
  expect(made.json.spec).toMatchObject({
    user: 'alice',
    groups: ['staff', 'system:authenticated', 'berth:tenant-owners'],
  });
  const { token } = made.json.status;
  expect(await codeOf(token, 'GET /clusters/acme-prod/api/v1/secrets')).toBe(200);
  expect(await codeOf(token, 'GET /clusters/acme-dev/api/v1/secrets')).toBe(403);
  expect(await codeOf(token, `GET /clusters/system${platform}/tenants`)).toBe(403);
});
