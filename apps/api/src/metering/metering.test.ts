import { Hono } from 'hono';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import type { ApiEnv } from '../api-env.ts';
import { countRequests } from './request-counter.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const platform = '/apis/platform.berth.dev/v1';
  const create = async (path: string, body: object) => {
    expect((await api.send('POST', `${platform}${path}`, { as: 'system', body })).status).toBe(201);
  };
  await create('/plans', { metadata: { name: 'paid' }, spec: { priceWeights: { requests: '500m' } } });
  await create('/tenants', { metadata: { name: 'acme' }, spec: { plan: 'paid' } });
  await create('/namespaces/acme/clusters', { metadata: { name: 'acme-1' }, spec: {} });
  const counts = [
    { clusterId: 'acme-1', namespace: 'shop', count: 6 },
    { clusterId: 'acme-1', namespace: '', count: 1 },
    { clusterId: 'neighbour', namespace: 'shop', count: 100 },
  ];
  await api.store.metering.addRequests(counts, new Date());
});
afterAll(() => api.close());

const path = '/apis/metering.berth.dev/v1';
const month = new Date().toISOString().slice(0, 7);
const get = (target: string, as: string, headers?: Record<string, string>) =>
  api.send('GET', `${path}${target}`, { as, ...(headers && { headers }) });
const requestsOf = (report: { totals: Record<string, string> }) => report.totals['requests'];

test("a namespace's report tells what it used, and what that costs by the tenant's plan", async () => {
  const { status, json } = await api.send(
    'GET',
    `/clusters/acme-1${path}/namespaces/shop/usagereports/${month}`,
    {
      as: 'system',
    },
  );
  expect(status).toBe(200);
  expect(json).toMatchObject({
    kind: 'UsageReport',
    apiVersion: 'metering.berth.dev/v1',
    metadata: { name: month, namespace: 'shop' },
    tenant: 'acme',
    totals: { requests: '6' },
    cost: '3',
    usage: [{ cluster: 'acme-1', namespace: 'shop', resource: 'requests', amount: '6' }],
  });
});

test("a tenant's report tells what all of its clusters used, and nothing of a neighbour", async () => {
  const { json } = await get(`/namespaces/acme/usagereports/${month}`, 'system');
  expect([requestsOf(json), json.cost]).toEqual(['7', '3.5']);
  expect(json.totals['object-seconds']).toMatch(/^\d/);
  expect(JSON.stringify(json)).not.toContain('neighbour');
  const all = (await get('/usagereports', 'system')).json.items as {
    metadata: { name: string; namespace: string };
    totals: Record<string, string>;
  }[];
  const ofMonth = all.filter(({ metadata }) => metadata.name === month);
  expect(ofMonth.map(({ metadata, totals }) => [metadata.namespace, requestsOf({ totals })])).toEqual(
    expect.arrayContaining([
      ['acme', '7'],
      ['neighbour', '100'],
    ]),
  );
});

test('a report is shown as a table, and none is made of a time that is no period', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const table = (await get('/namespaces/acme/usagereports', 'system', { accept })).json;
  expect(table.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
    'Name',
    'Tenant',
    'CPU hours',
    'GiB hours',
    'Requests',
    'Cost',
  ]);
  expect(table.rows[0].cells).toEqual([month, 'acme', '0', '0', '7', '3.5']);
  expect((await get('/namespaces/acme/usagereports/someday', 'system')).json).toMatchObject({
    code: 404,
    message: 'usagereports.metering.berth.dev "someday" not found',
  });
  expect((await get('/namespaces/acme/usagereports', 'default')).json.items[0].totals).toEqual({});
});

test('requests are noted by cluster and namespace, at the latest when the server closes', async () => {
  const closing = new AbortController();
  const app = new Hono<ApiEnv>();
  app.use(async (c, next) => {
    c.set('clusterId', 'default');
    const namespace = c.req.query('ns') ?? '';
    // Only these two members are looked at.
    c.set('attributes', { type: 'resource', namespace } as never);
    await next();
  });
  app.use(
    countRequests({
      store: api.store,
      log: pino({ level: 'silent' }),
      now: () => new Date(),
      closing: closing.signal,
    }),
  );
  app.get('/', (c) => c.text('ok'));
  const counted = async (namespace: string) =>
    requestsOf((await get(`/namespaces/${namespace}/usagereports/${month}`, 'default')).json);
  for (const namespace of ['one', 'two', 'one']) await app.request(`/?ns=${namespace}`);
  expect(await counted('one')).toBeUndefined();
  closing.abort();
  await eventually('the requests are noted', async () => (await counted('one')) === '2');
  expect(await counted('two')).toBe('1');
});
