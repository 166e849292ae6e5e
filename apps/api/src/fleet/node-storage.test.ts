import { nodeSubject } from '@berth/auth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  api = await startTestApi();
  for (const name of ['n1', 'n2']) tokens[name] = await api.token('system', { subject: nodeSubject(name) });
  await post('/api/v1/namespaces', { metadata: { name: 'ns' } });
});
afterAll(() => api.close());

const post = (path: string, body: object) => api.send('POST', path, { body });
const get = (node: string, path: string) => api.send('GET', path, { token: tokens[node] ?? '' });
const patch = (node: string, path: string, body: object) =>
  api.send('PATCH', path, {
    token: tokens[node] ?? '',
    body,
    headers: { 'content-type': 'application/merge-patch+json' },
  });
const finalizer = 'local.berth.dev/directory';
const volumes = '/clusters/default/api/v1/persistentvolumes';
const volume = (name: string, node: string, members: object = {}) =>
  post('/api/v1/persistentvolumes', {
    metadata: { name, annotations: { 'local.berth.dev/node': node }, finalizers: [finalizer] },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      csi: { driver: 'local.berth.dev', volumeHandle: name },
      ...members,
    },
  });
const pod = (name: string, nodeName: string, spec: object) =>
  post('/api/v1/namespaces/ns/pods', {
    metadata: { name },
    spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...spec },
  });
const claim = (name: string) =>
  post('/api/v1/namespaces/ns/persistentvolumeclaims', {
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });

interface Input {
  readonly resource: string;
  readonly name: string;
  readonly revision: number;
}
const inputsOf = async (node: string): Promise<Input[]> =>
  (await get(node, `/fleet/v1/nodes/${node}/inputs`)).json.items;

test('a node hears of its volumes in every cluster, and of no other node’s', async () => {
  await volume('of-n1', 'n1');
  await volume('of-n2', 'n2');
  const { json } = await get('n1', '/fleet/v1/nodes/n1/volumes');
  expect(json.items).toMatchObject([
    { cluster: 'default', object: { kind: 'PersistentVolume', metadata: { name: 'of-n1' } } },
  ]);
  for (const what of ['volumes', 'inputs']) {
    expect((await get('n1', `/fleet/v1/nodes/n2/${what}`)).status).toBe(403);
    expect((await api.send('GET', `/fleet/v1/nodes/n1/${what}`)).status).toBe(404);
  }
});

test('a node hears when what its pods take in has changed, and of nothing else', async () => {
  const configMaps = '/api/v1/namespaces/ns/configmaps';
  for (const name of ['taken', 'other']) await post(configMaps, { metadata: { name }, data: { a: '1' } });
  const taken = { name: 'v', configMap: { name: 'taken' } };
  await pod('reader', 'n1', { volumes: [taken, { name: 'm', secret: { secretName: 'missing' } }] });
  const [before, ...more] = await inputsOf('n1');
  expect([before, more]).toMatchObject([{ cluster: 'default', resource: 'configmaps', name: 'taken' }, []]);
  await api.send('PATCH', `${configMaps}/other`, {
    body: { data: { a: '2' } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(await inputsOf('n1')).toEqual([before]);
  await api.send('PATCH', `${configMaps}/taken`, {
    body: { data: { a: '2' } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  const [after] = await inputsOf('n1');
  expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
  expect(await inputsOf('n2')).toEqual([]);
});

test('a node reads the claims of its pods and their volumes, and no others', async () => {
  await claim('mine');
  await claim('not-mine');
  await pod('user', 'n1', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'mine' } }] });
  for (const name of ['mine', 'not-mine']) {
    const claimRef = { namespace: 'ns', name };
    const nfs = { server: 's', path: '/p' };
    await volume(`for-${name}`, '', { csi: undefined, nfs, claimRef });
  }
  const claims = '/clusters/default/api/v1/namespaces/ns/persistentvolumeclaims';
  const codes = async (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => (await get('n1', path)).status));
  expect(await codes([`${claims}/mine`, `${volumes}/for-mine`, `${volumes}/of-n1`])).toEqual([200, 200, 200]);
  expect(await codes([`${claims}/not-mine`, `${volumes}/for-not-mine`, `${volumes}/of-n2`])).toEqual([
    403, 403, 403,
  ]);
  expect(await codes([volumes, claims])).toEqual([403, 403]);
});

test('a node takes its own finalizer off its own volumes, and changes nothing else of them', async () => {
  const kept = { metadata: { finalizers: ['kubernetes.io/pv-protection'] } };
  const refused = 'node "n1" can only take its own finalizer off a volume';
  const labelled = { metadata: { ...kept.metadata, labels: { a: 'b' } } };
  expect((await patch('n1', `${volumes}/of-n1`, labelled)).json.message).toContain(refused);
  const none = { metadata: { finalizers: [] } };
  expect((await patch('n1', `${volumes}/of-n1`, none)).json.message).toContain(refused);
  expect((await patch('n1', `${volumes}/of-n2`, kept)).status).toBe(403);
  expect((await patch('n1', `${volumes}/for-mine`, kept)).status).toBe(403);
  const { status, json } = await patch('n1', `${volumes}/of-n1`, kept);
  expect([status, json.metadata.finalizers]).toEqual([200, ['kubernetes.io/pv-protection']]);
});

test('a suspended cluster’s volumes are in no list, but are there', async () => {
  await api.store.setSuspended('default', true);
  expect((await get('n2', '/fleet/v1/nodes/n2/volumes')).json.items).toEqual([]);
  expect((await get('n2', `${volumes}/of-n2`)).status).toBe(200);
  await api.store.setSuspended('default', false);
});
