import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

test('both forms of discovery tell of the same resources', async () => {
  const get = async (path: string, accept = 'application/json') =>
    (await api.send('GET', path, { headers: { accept } })).json;
  const fromDocuments = new Set<string>();
  const groups = (await get('/apis')).groups as Array<{ versions: Array<{ groupVersion: string }> }>;
  const groupVersions = [
    '/api/v1',
    ...groups.flatMap(({ versions }) => versions.map((v) => `/apis/${v.groupVersion}`)),
  ];
  for (const path of groupVersions) {
    const { resources } = (await get(path)) as { resources: Array<{ name: string }> };
    for (const { name } of resources) fromDocuments.add(`${path}/${name}`);
  }
  const fromAggregate = new Set<string>();
  for (const prefix of ['/api', '/apis']) {
    const list = await get(prefix, aggregated);
    expect(list.kind).toBe('APIGroupDiscoveryList');
    for (const group of list.items) {
      for (const { version, resources } of group.versions) {
        const path = prefix === '/api' ? `/api/${version}` : `/apis/${group.metadata.name}/${version}`;
        for (const { resource, subresources = [] } of resources) {
          fromAggregate.add(`${path}/${resource}`);
          for (const { subresource } of subresources) fromAggregate.add(`${path}/${resource}/${subresource}`);
        }
      }
    }
  }
  expect(fromAggregate).toEqual(fromDocuments);
  expect(fromDocuments).toContain('/api/v1/pods/log');
});

test('the aggregated document has a media type and an ETag of its own', async () => {
  const first = await api.send('GET', '/apis', { headers: { accept: aggregated } });
  expect(first.headers.get('content-type')).toBe(
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  );
  const etag = first.headers.get('etag') ?? '';
  const again = await api.send('GET', '/apis', { headers: { accept: aggregated, 'if-none-match': etag } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('a tenant is told of its own kinds: none of the fleet’s, and nodes for reading', async () => {
  const groupsOf = async (as: string) =>
    ((await api.send('GET', '/apis', { as })).json.groups as Array<{ name: string }>).map(({ name }) => name);
  expect(await groupsOf('system')).toContain('platform.berth.dev');
  expect(await groupsOf('default')).not.toContain('platform.berth.dev');
  const verbsOf = async (as: string) =>
    (
      (await api.send('GET', '/api/v1', { as })).json.resources as Array<{ name: string; verbs: string[] }>
    ).find(({ name }) => name === 'nodes')?.verbs;
  expect(await verbsOf('default')).toEqual(['get', 'list', 'watch']);
  expect(await verbsOf('system')).toContain('create');
});

test.for(['/apis/nowhere.example', '/apis/batch/v7', '/api/v2', '/openapi/v3/apis/nowhere/v1'])(
  '%s is a 404',
  async (path) => {
    expect((await api.send('GET', path)).json).toMatchObject({
      kind: 'Status',
      code: 404,
      reason: 'NotFound',
    });
  },
);

test('OpenAPI v3 is found by its index, under a hash that may be kept for ever', async () => {
  const index = (await api.send('GET', '/clusters/default/openapi/v3')).json.paths;
  const { serverRelativeURL } = index['apis/batch/v1'];
  expect(serverRelativeURL).toMatch(/^\/clusters\/default\/openapi\/v3\/apis\/batch\/v1\?hash=[0-9A-F]{64}$/);
  const document = await api.send('GET', serverRelativeURL);
  expect(document.headers.get('cache-control')).toBe('public, immutable, max-age=31536000');
  expect(document.json.paths).toHaveProperty(['/apis/batch/v1/namespaces/{namespace}/jobs']);
  const atRoot = (await api.send('GET', '/openapi/v3')).json.paths['api/v1'].serverRelativeURL;
  expect(atRoot).toMatch(/^\/openapi\/v3\/api\/v1\?hash=/);
});

test('OpenAPI v2 is served as JSON and as the protobuf that client-go asks for', async () => {
  const json = await api.send('GET', '/openapi/v2');
  expect(json.json.definitions).toHaveProperty(['io.k8s.api.batch.v1.Job']);
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const answer = await fetch(`${api.url}/openapi/v2`, {
    headers: { accept, authorization: `Bearer ${await api.token('default')}` },
  });
  expect(answer.headers.get('content-type')).toBe(
    'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  );
  const bytes = Buffer.from(await answer.arrayBuffer());
  // Field 1 of the document is its version, "2.0".
  expect(bytes.subarray(0, 5)).toEqual(Buffer.from([0x0a, 3, ...Buffer.from('2.0')]));
});
