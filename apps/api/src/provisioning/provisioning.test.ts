import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ clusterCa: 'CA' });
});
afterAll(() => api.close());

const clusters = '/apis/platform.berth.dev/v1/clusters';
const create = (name: string) =>
  api.send('POST', clusters, { as: 'system', body: { metadata: { name }, spec: { tenant: 'acme' } } });

test('creating a Cluster makes one that can be written to at once', async () => {
  const created = await create('fresh');
  expect([created.status, created.json.status]).toEqual([201, { phase: 'Ready' }]);
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
    body: { metadata: { name: 'orphan' }, spec: {} },
  });
  expect(refused.json).toMatchObject({
    code: 422,
    message: expect.stringContaining('spec.tenant: Required value'),
  });
  expect(await api.store.clusterExists('orphan')).toBe(false);
  const dry = await api.send('POST', `${clusters}?dryRun=All`, {
    as: 'system',
    body: { metadata: { name: 'orphan' }, spec: { tenant: 'acme' } },
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
