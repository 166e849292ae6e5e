import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ clusterCa: 'CA' });
  await api.send('POST', tenants, { as: 'system', body: { metadata: { name: 'acme' } } });
});
afterAll(() => api.close());

const tenants = '/apis/platform.berth.dev/v1/tenants';
const clusters = '/apis/platform.berth.dev/v1/namespaces/acme/clusters';
const create = (name: string) => api.send('POST', clusters, { as: 'system', body: { metadata: { name } } });

test('creating a Cluster makes one that can be written to at once', async () => {
  const created = await create('fresh');
  expect([created.status, created.json.spec, created.json.status]).toMatchObject([
    201,
    { tenant: 'acme', version: '1.36' },
    {
      phase: 'Ready',
      endpoint: 'https://berth.test:6443/clusters/fresh',
      issuer: 'https://berth.test:6443/clusters/fresh',
    },
  ]);
  const within = (path: string) => api.send('GET', `/clusters/fresh${path}`, { as: 'system' });
  const { items } = (await within('/api/v1/namespaces')).json;
  expect(items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
    'default',
    'kube-node-lease',
    'kube-public',
    'kube-system',
  ]);
  const ca = await within('/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
  expect(ca.json.data).toEqual({ 'ca.crt': 'CA' });
  expect((await within('/api/v1/namespaces/default/serviceaccounts/default')).status).toBe(200);
  const token = await api.token('fresh');
  const written = await api.send('POST', '/api/v1/namespaces/default/configmaps', {
    token,
    body: { metadata: { name: 'x' } },
  });
  expect(written.status).toBe(201);
});

test('a name that is taken is a 409, and the cluster stays', async () => {
  await create('twice');
  expect((await create('twice')).json).toMatchObject({
    code: 409,
    reason: 'AlreadyExists',
    message: 'clusters.platform.berth.dev "twice" already exists',
  });
  expect((await create('default')).json).toMatchObject({ code: 409 });
  expect((await api.send('GET', '/clusters/twice/api/v1/namespaces/default', { as: 'system' })).status).toBe(
    200,
  );
});

test('concurrent creations of one name make one cluster', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create('raced')));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201, 409, 409, 409, 409, 409, 409, 409,
  ]);
});

test('an invalid Cluster makes none', async () => {
  const refused = await api.send('POST', clusters, {
    as: 'system',
    body: { metadata: { name: 'orphan' }, spec: { tenant: 'other' } },
  });
  expect(refused.json).toMatchObject({
    code: 422,
    message: expect.stringContaining(
      'spec.tenant: Invalid value: "other": must be the tenant whose namespace the cluster is in',
    ),
  });
  expect(await api.store.clusterExists('orphan')).toBe(false);
  const dry = await api.send('POST', `${clusters}?dryRun=All`, {
    as: 'system',
    body: { metadata: { name: 'orphan' } },
  });
  expect([dry.status, await api.store.clusterExists('orphan')]).toEqual([201, false]);
});

test('deleting a Cluster ends it for everybody at once', async () => {
  await create('gone');
  const token = await api.token('gone');
  const within = '/api/v1/namespaces/default/configmaps';
  expect((await api.send('GET', within, { token })).status).toBe(200);
  const deleted = await api.send('DELETE', `${clusters}/gone`, { as: 'system' });
  expect([deleted.status, deleted.json]).toMatchObject([
    200,
    {
      kind: 'Cluster',
      metadata: { deletionTimestamp: expect.any(String), finalizers: ['platform.berth.dev/cluster'] },
      status: { phase: 'Deleting' },
    },
  ]);
  const notFound = { code: 404, message: 'clusters.platform.berth.dev "gone" not found' };
  const attempts = [
    ['GET', within],
    ['GET', `${within}/kube-root-ca.crt`],
    ['POST', within],
    ['DELETE', `${within}/kube-root-ca.crt`],
  ] as const;
  for (const [method, path] of attempts) {
    const body = method === 'POST' ? { metadata: { name: 'late' } } : undefined;
    const answer = await api.send(method, `/clusters/gone${path}`, { as: 'system', body });
    expect([method, path, answer.json]).toMatchObject([method, path, notFound]);
    expect([401, 404]).toContain((await api.send(method, path, { token, body })).status);
  }
  expect((await create('gone')).json).toMatchObject({ code: 409, reason: 'AlreadyExists' });
  const bare = await api.send('PATCH', `${clusters}/gone`, {
    as: 'system',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { finalizers: null } },
  });
  expect(bare.json.metadata.finalizers).toEqual(['platform.berth.dev/cluster']);
});

test('a protected Cluster is not deleted', async () => {
  const body = { metadata: { name: 'precious' }, spec: { deletionProtection: true } };
  await api.send('POST', clusters, { as: 'system', body });
  expect((await api.send('DELETE', `${clusters}/precious`, { as: 'system' })).json).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message:
      'clusters.platform.berth.dev "precious" is forbidden: it is protected against deletion; set spec.deletionProtection to false first',
  });
  expect(await api.store.clusterExists('precious')).toBe(true);
});

test('a Cluster is suspended and resumed by its object, in the same write', async () => {
  await create('held');
  const suspend = (suspended: boolean) =>
    api.send('PATCH', `${clusters}/held`, {
      as: 'system',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { suspended } },
    });
  const write = (name: string) =>
    api.send('POST', '/clusters/held/api/v1/namespaces/default/configmaps', {
      as: 'system',
      body: { metadata: { name } },
    });
  expect((await suspend(true)).json.status.phase).toBe('Suspended');
  expect((await write('a')).json).toMatchObject({ code: 403, reason: 'Forbidden' });
  expect((await suspend(false)).json.status.phase).toBe('Ready');
  expect((await write('a')).status).toBe(201);
  const body = { metadata: { name: 'born-suspended' }, spec: { suspended: true } };
  expect((await api.send('POST', clusters, { as: 'system', body })).json.status.phase).toBe('Suspended');
  expect(await api.store.clusterOwner('born-suspended')).toEqual({ tenantId: 'acme', suspended: true });
});

test('a suspended cluster is read and refuses writes', async () => {
  await create('paused');
  const token = await api.token('paused');
  await api.store.setSuspended('paused', true);
  const path = '/api/v1/namespaces/default/configmaps';
  expect((await api.send('GET', path, { token })).status).toBe(200);
  const refusals = [
    await api.send('POST', path, { token, body: { metadata: { name: 'x' } } }),
    await api.send('DELETE', `${path}/kube-root-ca.crt`, { token }),
  ];
  expect(refusals.map(({ json }) => [json.code, json.reason, json.message])).toEqual(
    ['x', 'kube-root-ca.crt'].map((name) => [
      403,
      'Forbidden',
      `configmaps "${name}" is forbidden: cluster "paused" is suspended and takes no writes; the owners of its tenant or the fleet's operator can resume it`,
    ]),
  );
  await api.store.setSuspended('paused', false);
  expect((await api.send('POST', path, { token, body: { metadata: { name: 'x' } } })).status).toBe(201);
});

describe('a tenant', () => {
  const make = (name: string) => api.send('POST', tenants, { as: 'system', body: { metadata: { name } } });
  const namespace = (name: string) => api.send('GET', `/api/v1/namespaces/${name}`, { as: 'system' });

  test('is created with its namespace in one transaction', async () => {
    const head = await api.store.cluster('system').head();
    const created = await make('fresh');
    expect([created.status, created.json.status, created.json.metadata.resourceVersion]).toEqual([
      201,
      { phase: 'Ready' },
      String(head + 1),
    ]);
    expect((await namespace('fresh')).json).toMatchObject({
      metadata: { resourceVersion: String(head + 2) },
      status: { phase: 'Active' },
    });
  });

  test('does not take a namespace that is there, nor a name that is the operator’s', async () => {
    await api.send('POST', '/api/v1/namespaces', { as: 'system', body: { metadata: { name: 'taken' } } });
    expect((await make('taken')).json).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'namespaces "taken" already exists',
    });
    expect((await api.send('GET', `${tenants}/taken`, { as: 'system' })).status).toBe(404);
    for (const name of ['default', 'system', 'kube-system']) {
      expect((await make(name)).json).toMatchObject({
        code: 422,
        message: expect.stringContaining('metadata.name: Invalid value'),
      });
    }
    expect((await make('acme')).json).toMatchObject({
      code: 409,
      message: 'tenants.platform.berth.dev "acme" already exists',
    });
  });

  test('has clusters only in a namespace of its own', async () => {
    const at = (path: string) =>
      api.send('POST', `/apis/platform.berth.dev/v1/namespaces/${path}/clusters`, {
        as: 'system',
        body: { metadata: { name: 'stray' } },
      });
    expect((await at('default')).json).toMatchObject({
      code: 422,
      message: expect.stringContaining(
        'metadata.namespace: Invalid value: "default": is no namespace of a tenant',
      ),
    });
    expect((await at('nobody')).json).toMatchObject({
      code: 404,
      message: 'tenants.platform.berth.dev "nobody" not found',
    });
    expect(await api.store.clusterExists('stray')).toBe(false);
  });
});

describe('a template', () => {
  const templates = '/apis/platform.berth.dev/v1/namespaces/acme/clustertemplates';
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'web' },
      data: { a: 'b' },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'here' } },
  ];
  const makeTemplate = (name: string, members: readonly object[], namespace = 'acme') =>
    api.send('POST', templates.replace('acme', namespace), {
      as: 'system',
      body: { metadata: { name }, spec: { objects: members } },
    });
  const makeCluster = (name: string, spec: object, tenant = 'acme') =>
    api.send('POST', clusters.replace('acme', tenant), { as: 'system', body: { metadata: { name }, spec } });

  test('brings its objects into each cluster that names it', async () => {
    expect((await makeTemplate('web', objects)).status).toBe(201);
    expect((await makeCluster('from-web', { template: 'web' })).status).toBe(201);
    const within = (path: string) => api.send('GET', `/clusters/from-web${path}`, { as: 'system' });
    const settings = (await within('/api/v1/namespaces/web/configmaps/settings')).json;
    expect(settings).toMatchObject({ data: { a: 'b' }, metadata: { uid: expect.any(String) } });
    expect((await within('/api/v1/namespaces/default/configmaps/here')).status).toBe(200);
  });

  test('is refused when it is written, for what no cluster takes, a dry run included', async () => {
    const bad = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, daten: {} }];
    const refused = {
      code: 422,
      message: expect.stringContaining('spec.objects[0]: Invalid value: "v1 ConfigMap  x": '),
    };
    expect((await makeTemplate('bad', bad)).json).toMatchObject(refused);
    const dry = await api.send('POST', `${templates}?dryRun=All`, {
      as: 'system',
      body: { metadata: { name: 'bad' }, spec: { objects: bad } },
    });
    expect(dry.json).toMatchObject(refused);
  });

  test('that is not there, or does not fit, makes no cluster', async () => {
    const unknown = await makeCluster('unmade', { template: 'nowhere' });
    expect(unknown.json).toMatchObject({
      code: 422,
      message:
        'Cluster.platform.berth.dev "unmade" is invalid: spec.template: Invalid value: "nowhere": the cluster names it, and there is none in namespace "acme"',
    });
    await makeTemplate('clash', [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }]);
    expect((await makeCluster('unmade', { template: 'clash' })).json).toMatchObject({
      code: 422,
      message: expect.stringContaining('namespaces "default" of cluster "unmade" met exists'),
    });
    expect(await api.store.clusterOwner('unmade')).toBeUndefined();
    expect((await api.send('GET', `${clusters}/unmade`, { as: 'system' })).status).toBe(404);
  });

  test('of the plan stands back for one of the tenant, and both for the cluster’s own', async () => {
    const marked = (name: string) => [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `of-${name}` } },
    ];
    const send = (path: string, body: object) =>
      api.send('POST', `/apis/platform.berth.dev/v1/${path}`, { as: 'system', body });
    await makeTemplate('plan-default', marked('plan'), 'default');
    await send('plans', { metadata: { name: 'templated' }, spec: { clusterTemplate: 'plan-default' } });
    await send('tenants', { metadata: { name: 'planned' }, spec: { plan: 'templated' } });
    await send('tenants', {
      metadata: { name: 'choosy' },
      spec: { plan: 'templated', clusterTemplate: 'mine' },
    });
    await makeTemplate('mine', marked('tenant'), 'choosy');
    await makeTemplate('own', marked('cluster'), 'choosy');
    await makeCluster('by-plan', {}, 'planned');
    await makeCluster('by-tenant', {}, 'choosy');
    await makeCluster('by-cluster', { template: 'own' }, 'choosy');
    for (const name of ['plan', 'tenant', 'cluster']) {
      const path = `/clusters/by-${name}/api/v1/namespaces/default/configmaps`;
      const { items } = (await api.send('GET', path, { as: 'system' })).json;
      const names = items.map((item: { metadata: { name: string } }) => item.metadata.name);
      expect(names.filter((each: string) => each.startsWith('of-'))).toEqual([`of-${name}`]);
    }
  });

  test('a suspended tenant gets no clusters', async () => {
    const body = { metadata: { name: 'dormant' }, spec: { suspended: true } };
    await api.send('POST', tenants, { as: 'system', body });
    expect((await makeCluster('sleeper', {}, 'dormant')).json).toMatchObject({
      code: 403,
      message: 'clusters.platform.berth.dev "sleeper" is forbidden: tenant "dormant" is suspended',
    });
  });
});
