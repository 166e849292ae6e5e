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
  expect([created.status, created.json.spec, created.json.status]).toEqual([
    201,
    { tenant: 'acme', version: '1.36' },
    { phase: 'Ready' },
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

test('deleting a Cluster removes it with all that is in it', async () => {
  await create('gone');
  const token = await api.token('gone');
  expect((await api.send('DELETE', `${clusters}/gone`, { as: 'system' })).status).toBe(200);
  expect(await api.store.clusterExists('gone')).toBe(false);
  expect((await api.send('GET', '/api/v1/namespaces', { token })).json).toMatchObject({ code: 401 });
  expect((await create('gone')).status).toBe(201);
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
      `configmaps "${name}" is forbidden: cluster "paused" is suspended`,
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
    expect((await at('nobody')).json).toMatchObject({ code: 404, message: 'namespaces "nobody" not found' });
    expect(await api.store.clusterExists('stray')).toBe(false);
  });
});
