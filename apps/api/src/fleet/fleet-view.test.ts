import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

const platform = '/apis/platform.berth.dev/v1';
const poolLabel = 'platform.berth.dev/node-pool';
let api: TestApi;

const make = async (path: string, body: object) => {
  const { status, json } = await api.send('POST', path, { as: 'system', body });
  expect([status, json.message]).toEqual([201, undefined]);
};
const node = (name: string, pool?: string) =>
  make('/api/v1/nodes', { metadata: { name, ...(pool !== undefined && { labels: { [poolLabel]: pool } }) } });
const seenBy = async (cluster: string) => {
  const { json } = await api.send('GET', `/clusters/${cluster}/api/v1/nodes`, { as: 'system' });
  return json.items.map((item: { metadata: { name: string } }) => item.metadata.name);
};

beforeAll(async () => {
  api = await startTestApi();
  await make(`${platform}/plans`, {
    metadata: { name: 'two-pools' },
    spec: { nodePools: ['gold', 'silver'] },
  });
  await make(`${platform}/tenants`, { metadata: { name: 'acme' }, spec: { plan: 'two-pools' } });
  const clusters = `${platform}/namespaces/acme/clusters`;
  await make(clusters, { metadata: { name: 'every-pool' } });
  await make(clusters, { metadata: { name: 'gold-alone' }, spec: { nodePool: 'gold' } });
  await make(clusters, { metadata: { name: 'not-in-plan' }, spec: { nodePool: 'bronze' } });
  await node('plain');
  await node('gold-1', 'gold');
  await node('silver-1', 'silver');
  await node('bronze-1', 'bronze');
});
afterAll(() => api.close());

test('a cluster lists the nodes of the pools that it uses, and no others', async () => {
  expect(await seenBy('every-pool')).toEqual(['gold-1', 'silver-1']);
  expect(await seenBy('gold-alone')).toEqual(['gold-1']);
  expect(await seenBy('not-in-plan')).toEqual([]);
  expect(await seenBy('default')).toEqual(['bronze-1', 'gold-1', 'plain', 'silver-1']);
});

test('a node of another pool is not found by its name either', async () => {
  const get = async (name: string) =>
    (await api.send('GET', `/clusters/gold-alone/api/v1/nodes/${name}`, { as: 'system' })).json;
  expect(await get('gold-1')).toMatchObject({ kind: 'Node', metadata: { name: 'gold-1' } });
  expect(await get('silver-1')).toMatchObject({ code: 404, message: 'nodes "silver-1" not found' });
});

test('nobody puts a pod on a node past the pools of its cluster', async () => {
  const pods = '/clusters/gold-alone/api/v1/namespaces/default/pods';
  const spec = { containers: [{ name: 'main', image: 'i' }] };
  const send = (path: string, body: object) => api.send('POST', path, { as: 'system', body });
  const refused = (name: string) => ({
    code: 403,
    message: `pods "${name}" is forbidden: node "silver-1" is in no pool that the cluster may use`,
  });
  const named = await send(pods, { metadata: { name: 'named' }, spec: { ...spec, nodeName: 'silver-1' } });
  expect(named.json).toMatchObject(refused('named'));
  expect((await send(pods, { metadata: { name: 'bound' }, spec })).status).toBe(201);
  const bind = async (node: string) =>
    (
      await send(`${pods}/bound/binding`, {
        metadata: { name: 'bound' },
        target: { kind: 'Node', name: node },
      })
    ).json;
  expect(await bind('silver-1')).toMatchObject(refused('bound'));
  expect(await bind('gold-1')).toMatchObject({ status: 'Success' });
  const unknown = await send(pods, {
    metadata: { name: 'odd' },
    spec: { ...spec, nodeName: 'no-such-node' },
  });
  expect(unknown.status).toBe(201);
});

test('a node that leaves the pool leaves the watch', async () => {
  const authorization = `Bearer ${await api.token('system')}`;
  const watch = await openWatch(`${api.url}/clusters/gold-alone/api/v1/nodes?watch=true`, { authorization });
  await watch.take(1);
  const headers = { 'content-type': 'application/merge-patch+json' };
  const body = { metadata: { labels: { [poolLabel]: 'silver' } } };
  await api.send('PATCH', '/api/v1/nodes/gold-1', { as: 'system', headers, body });
  const events = await watch.take(2);
  expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'ADDED gold-1',
    'DELETED gold-1',
  ]);
  await watch.end();
});
