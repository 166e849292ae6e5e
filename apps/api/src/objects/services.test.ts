import { defaultServiceNetwork } from '@berth/kinds';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

const network = { cidrs: ['10.96.0.0/24'], nodePorts: { first: 30_000, last: 30_063 } };
let api: TestApi;
let second: TestApi;

beforeAll(async () => {
  api = await startTestApi({ serviceNetwork: network, advertiseAddress: '192.0.2.1' });
  second = await api.another({ serviceNetwork: network, advertiseAddress: '192.0.2.1' });
  for (const as of ['default', 'neighbour']) {
    await api.send('POST', '/api/v1/namespaces', { as, body: { metadata: { name: 'default' } } });
  }
});
afterAll(async () => {
  await second.close();
  await api.close();
});

const services = '/api/v1/namespaces/default/services';
const make = (
  name: string,
  spec: object = {},
  options: { as?: string; through?: TestApi; query?: string } = {},
) =>
  (options.through ?? api).send('POST', `${services}${options.query ?? ''}`, {
    ...(options.as !== undefined && { as: options.as }),
    body: { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
  });
const patch = (name: string, spec: object) =>
  api.send('PATCH', `${services}/${name}`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec },
  });

test('every cluster has the Service of its API server, and has it again when it is deleted', async () => {
  const found = await api.send('GET', `${services}/kubernetes`);
  expect(found.json.spec).toMatchObject({
    clusterIP: '10.96.0.1',
    type: 'ClusterIP',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  });
  const endpoints = await api.send('GET', '/api/v1/namespaces/default/endpoints/kubernetes');
  expect(endpoints.json.subsets).toEqual([
    { addresses: [{ ip: '192.0.2.1' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] },
  ]);
  const selector = encodeURIComponent('kubernetes.io/service-name=kubernetes');
  const slices = await api.send(
    'GET',
    `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=${selector}`,
  );
  expect(slices.json.items[0]).toMatchObject({
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
  });
  expect((await api.send('DELETE', `${services}/kubernetes`)).status).toBe(200);
  expect((await api.send('GET', `${services}/kubernetes`)).json.spec.clusterIP).toBe('10.96.0.1');
});

test('of Services that are made at the same time through several servers, no two get the same address or port', async () => {
  const made = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      make(`raced-${i}`, { type: 'NodePort' }, { through: i % 2 ? api : second }),
    ),
  );
  expect(made.map(({ status, json }) => [status, json.message])).toEqual(made.map(() => [201, undefined]));
  expect(new Set(made.map(({ json }) => json.spec.clusterIP)).size).toBe(60);
  expect(new Set(made.map(({ json }) => json.spec.ports[0].nodePort)).size).toBe(60);
  expect(await api.store.recount('default')).toBe(0);
  await api.send('DELETE', services);
  const values = await api.store.cluster('default').heldValues();
  expect(values.filter((value) => value !== 'ip/10.96.0.1')).toEqual([]);
});

test('an address that is asked for goes to one, and what it is called when it is gone is free again', async () => {
  const asked = { clusterIP: '10.96.0.9' };
  const made = await Promise.all(
    Array.from({ length: 6 }, (_, i) => make(`asked-${i}`, asked, { through: i % 2 ? api : second })),
  );
  const [winner, ...others] = made.filter(({ status }) => status === 201);
  expect(others).toEqual([]);
  const loser = made.find(({ status }) => status !== 201);
  expect(loser?.json).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: expect.stringContaining('failed to allocate IP 10.96.0.9: provided IP is already allocated'),
  });
  expect((await make('dry', asked, { query: '?dryRun=All' })).status).toBe(422);
  expect((await make('there', asked, { as: 'neighbour' })).status).toBe(201);
  await api.send('DELETE', `${services}/${winner?.json.metadata.name}`);
  expect((await make('after', asked)).status).toBe(201);
  expect((await patch('after', { type: 'ExternalName', externalName: 'a.b' })).json.spec).not.toHaveProperty(
    'clusterIP',
  );
  expect((await make('again', asked)).status).toBe(201);
  expect((await patch('after', { type: 'NodePort', externalName: null })).json.spec).toMatchObject({
    clusterIP: expect.stringMatching(/^10\.96\.0\./),
    ports: [{ nodePort: expect.any(Number) }],
  });
});

test('what is full says so', async () => {
  const ports = Array.from({ length: 70 }, (_, i) => ({ name: `p${i}`, port: i + 1 }));
  expect((await make('many', { type: 'NodePort', ports })).json).toMatchObject({
    code: 500,
    message: 'Internal error occurred: failed to allocate a nodePort: range is full',
  });
});

test('addresses of loopback are given once over all clusters', async () => {
  const fleet = await api.another({ serviceNetwork: defaultServiceNetwork });
  try {
    const one = await make('one', {}, { through: fleet });
    const { clusterIP } = one.json.spec;
    expect(clusterIP).toMatch(/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./);
    expect((await make('two', { clusterIP }, { through: fleet, as: 'neighbour' })).json.message).toContain(
      'provided IP is already allocated',
    );
  } finally {
    await fleet.close();
  }
});

test('Services of a template have addresses and ports from the beginning, each its own', async () => {
  const platform = '/apis/platform.berth.dev/v1';
  const post = async (path: string, body: object) => {
    const { status, json } = await api.send('POST', `${platform}/${path}`, { as: 'system', body });
    expect([status, json.message]).toEqual([201, undefined]);
  };
  const objects = ['a', 'b', 'c'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  }));
  await post('tenants', { metadata: { name: 'acme' } });
  await post('namespaces/acme/clustertemplates', { metadata: { name: 'edge' }, spec: { objects } });
  await post('namespaces/acme/clusters', { metadata: { name: 'born' }, spec: { template: 'edge' } });
  const { items } = (await api.send('GET', `/clusters/born${services}`, { as: 'system' })).json;
  const made = items.filter(({ metadata }: { metadata: { name: string } }) => metadata.name !== 'kubernetes');
  const addresses = made.map(({ spec }: { spec: { clusterIP: string } }) => `ip/${spec.clusterIP}`);
  const ports = made.map(
    ({ spec }: { spec: { ports: [{ nodePort: number }] } }) => `port/${spec.ports[0].nodePort}`,
  );
  expect(new Set([...addresses, ...ports]).size).toBe(6);
  expect(await api.store.cluster('born').heldValues()).toEqual(
    expect.arrayContaining([...addresses, ...ports]),
  );
});
