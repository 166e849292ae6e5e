import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

const platform = '/apis/platform.berth.dev/v1';
let api: TestApi;
const send = (method: string, path: string, body?: object) =>
  api.send(method, path, { as: 'system', ...(body !== undefined && { body }) });
const own = (path: string) => `/clusters/own${path}`;

beforeAll(async () => {
  api = await startTestApi();
  await send('POST', `${platform}/tenants`, { metadata: { name: 'acme' } });
  await send('POST', `${platform}/namespaces/acme/clusters`, {
    metadata: { name: 'own' },
    spec: { ownNodes: true },
  });
  await send('POST', '/api/v1/nodes', { metadata: { name: 'shared' } });
});
afterAll(() => api.close());

test('a cluster with nodes of its own has those alone, and writes them', async () => {
  expect((await send('GET', own('/api/v1/nodes'))).json.items).toEqual([]);
  expect((await send('POST', own('/api/v1/nodes'), { metadata: { name: 'shared' } })).status).toBe(201);
  const { json } = await send('GET', own('/api/v1/nodes'));
  expect(json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['shared']);
  const fleets = (await send('GET', '/api/v1/nodes/shared')).json.metadata.uid;
  expect(json.items[0].metadata.uid).not.toBe(fleets);
  const discovered = (await send('GET', own('/api/v1'))).json.resources;
  expect(discovered.find((resource: { name: string }) => resource.name === 'nodes').verbs).toContain(
    'create',
  );
});

test('no agent of the fleet hears of a pod on a node of the same name', async () => {
  const pods = own('/api/v1/namespaces/default/pods');
  const spec = { nodeName: 'shared', containers: [{ name: 'main', image: 'i' }] };
  expect((await send('POST', pods, { metadata: { name: 'p' }, spec })).status).toBe(201);
  expect(await api.store.assignedTo('shared')).toEqual([]);
  expect((await send('GET', `${pods}/p/log`)).json).toMatchObject({
    code: 400,
    message: 'node "shared" is the cluster\'s own; ask it for the log',
  });
});

test('a cluster never changes between the fleet’s nodes and its own', async () => {
  const path = `${platform}/namespaces/acme/clusters/own`;
  const headers = { 'content-type': 'application/merge-patch+json' };
  const patched = await api.send('PATCH', path, {
    as: 'system',
    headers,
    body: { spec: { ownNodes: false } },
  });
  expect(patched.json).toMatchObject({
    code: 422,
    message: expect.stringContaining('spec.ownNodes: Invalid value: "": field is immutable'),
  });
});
