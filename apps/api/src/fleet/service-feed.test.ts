import { nodeSubject } from '@berth/auth';
import type { Write } from '@berth/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

let api: TestApi;
let authorization: string;
beforeAll(async () => {
  api = await startTestApi();
  authorization = `Bearer ${await api.token('system', { subject: nodeSubject('n1') })}`;
});
afterAll(() => api.close());

const feed = () => openWatch(`${api.url}/fleet/v1/nodes/n1/services?watch=1`, { authorization });
const write = (clusterId: string, change: Pick<Write, 'name' | 'op' | 'resource'> & Partial<Write>) =>
  api.store.cluster(clusterId).write({
    namespace: 'default',
    uid: `uid-${change.name}`,
    body: JSON.stringify({
      metadata: { name: change.name, namespace: 'default', uid: `uid-${change.name}` },
    }),
    ...change,
  });
const shown = (lines: readonly unknown[]) =>
  (lines as ReadonlyArray<Record<string, string> & { object?: { metadata: { name: string } } }>).map((line) =>
    [line['type'], line['cluster'], line['clusters'], line['resource'], line.object?.metadata.name]
      .flat()
      .filter(Boolean)
      .join(' '),
  );

test('a node hears of the Services of clusters that it has pods of, and of no others', async () => {
  await write('default', { op: 'create', resource: 'services', name: 'web' });
  await write('default', { op: 'create', resource: 'configmaps', name: 'settings' });
  await write('neighbour', { op: 'create', resource: 'services', name: 'secret' });
  await write('default', { op: 'create', resource: 'pods', name: 'p', node: 'n1' });
  const lines = await feed();
  expect(shown(await lines.take(2))).toEqual(['SET default services web', 'SYNC default']);

  const { items } = (await api.send('GET', '/fleet/v1/nodes/n1/services', { as: 'system' })).json;
  expect(items).toEqual([{ cluster: 'default', object: expect.objectContaining({ kind: 'Service' }) }]);

  await write('default', { op: 'create', resource: 'endpointslices.discovery.k8s.io', name: 'web-x' });
  expect(shown((await lines.take(4)).slice(2))).toEqual([
    'SET default endpointslices.discovery.k8s.io web-x',
    'SYNC default',
  ]);

  await write('neighbour', { op: 'create', resource: 'pods', name: 'q', node: 'n1' });
  expect(shown((await lines.take(6)).slice(4))).toEqual([
    'SET neighbour services secret',
    'SYNC default neighbour',
  ]);

  await write('default', { op: 'delete', resource: 'services', name: 'web' });
  expect(shown((await lines.take(8)).slice(6))).toEqual(['GONE default services', 'SYNC default neighbour']);

  await write('neighbour', { op: 'delete', resource: 'pods', name: 'q' });
  expect(shown((await lines.take(10)).slice(8))).toEqual(['GONE neighbour services', 'SYNC default']);
  await lines.end();
});

test('is no tenant’s to read, and another node’s is closed', async () => {
  const path = '/fleet/v1/nodes/n1/services';
  expect((await api.send('GET', path)).json).toMatchObject({ code: 404 });
  expect((await api.send('GET', `/clusters/default${path}`, { as: 'system' })).json).toMatchObject({
    code: 404,
  });
  expect((await fetch(`${api.url}/fleet/v1/nodes/n2/services`, { headers: { authorization } })).status).toBe(
    403,
  );
});
