import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let namespace: string;
let namespaces = 0;
beforeAll(async () => {
  api = await startTestApi();
});
beforeEach(async () => {
  namespace = `ns-${++namespaces}`;
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
});
afterAll(() => api.close());

const limit = (name: string, item: object, as = 'default') =>
  api.send('POST', `/api/v1/namespaces/${namespace}/limitranges`, {
    as,
    body: { apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec: { limits: [item] } },
  });
const pod = (name: string, resources: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', resources }] },
});
const create = (name: string, { query = '', resources = {} } = {}) =>
  api.send('POST', `/api/v1/namespaces/${namespace}/pods${query}`, { body: pod(name, resources) });
const most = { type: 'Container', max: { cpu: '1' } };

test('the very next pod is judged by a LimitRange, and no more once it is deleted', async () => {
  const tooMuch = { resources: { limits: { cpu: '2' } } };
  expect((await create('before', tooMuch)).status).toBe(201);
  expect((await limit('most', most)).status).toBe(201);
  expect((await create('during', tooMuch)).json).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: 'pods "during" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    details: { name: 'during', kind: 'pods' },
  });
  await api.send('DELETE', `/api/v1/namespaces/${namespace}/limitranges/most`);
  expect((await create('after', tooMuch)).status).toBe(201);
});

test('a new pod shows what it got, a dry run and server-side apply too', async () => {
  await limit('most', most);
  const filled = {
    metadata: {
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
      },
    },
    spec: { containers: [{ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }] },
  };
  expect((await create('made')).json).toMatchObject(filled);
  expect((await create('dry', { query: '?dryRun=All' })).json).toMatchObject(filled);
  const apply = (name: string, resources: object) =>
    api.send('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}?fieldManager=me`, {
      body: pod(name, resources),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  const applied = await apply('applied', {});
  expect([applied.status, applied.json]).toMatchObject([201, filled]);
  // What admission filled in is nobody's, so that applying the same again changes nothing.
  expect((await apply('applied', {})).json.metadata.resourceVersion).toBe(
    applied.json.metadata.resourceVersion,
  );
  expect((await apply('refused', { limits: { cpu: '2' } })).status).toBe(403);
  expect(
    (await create('refused', { query: '?dryRun=All', resources: { limits: { cpu: '2' } } })).status,
  ).toBe(403);
});

test('a pod that exists may still change, whatever LimitRanges came since', async () => {
  await create('old', { resources: { limits: { cpu: '2' } } });
  await limit('most', most);
  const { status } = await api.send('PATCH', `/api/v1/namespaces/${namespace}/pods/old`, {
    body: { metadata: { labels: { a: 'b' } } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(status).toBe(200);
});

test('other namespaces and clusters are not concerned', async () => {
  await limit('most', most);
  const other = await api.send('POST', '/api/v1/namespaces', {
    as: 'neighbour',
    body: { metadata: { name: namespace } },
  });
  expect(other.status).toBe(201);
  const tooMuch = pod('p', { limits: { cpu: '2' } });
  const path = `/api/v1/namespaces/${namespace}/pods`;
  expect((await api.send('POST', path, { as: 'neighbour', body: tooMuch })).status).toBe(201);
});

test('pods that are created all at once are all judged', async () => {
  await limit('most', most);
  const created = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      create(`p-${index}`, { resources: { limits: { cpu: index % 2 === 0 ? '1' : '2' } } }),
    ),
  );
  expect(created.map(({ status }) => status)).toEqual(
    created.map((_, index) => (index % 2 === 0 ? 201 : 403)),
  );
});

test('an update of what is not there creates it, and tables show when', async () => {
  const path = `/api/v1/namespaces/${namespace}/limitranges/put`;
  const body = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'put' }, spec: { limits: [] } };
  expect((await api.send('PUT', path, { body })).status).toBe(201);
  const table = await api.send('GET', path, {
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  });
  expect(table.json.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
    'Name',
    'Created At',
  ]);
});
