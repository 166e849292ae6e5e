import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let path: string;
let namespaces = 0;
beforeAll(async () => {
  api = await startTestApi();
});
beforeEach(async () => {
  const name = `ns-${++namespaces}`;
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  path = `/api/v1/namespaces/${name}`;
});
afterAll(() => api.close());

const classes = '/apis/storage.k8s.io/v1/storageclasses';
const claim = (name: string, storage: string, spec: object = {}) =>
  api.send('POST', `${path}/persistentvolumeclaims`, {
    body: {
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec },
    },
  });
const patch = (name: string, body: object) =>
  api.send('PATCH', `${path}/persistentvolumeclaims/${name}`, {
    body,
    headers: { 'content-type': 'application/merge-patch+json' },
  });
const grow = (name: string, storage: string) =>
  patch(name, { spec: { resources: { requests: { storage } } } });

test('a claim gets the default class of the cluster although nobody has looked at classes, which stay unmade', async () => {
  const { json } = await claim('c', '1Gi');
  expect(json).toMatchObject({ spec: { storageClassName: 'berth-local' }, status: { phase: 'Pending' } });
  const stored = await api.store
    .cluster('default')
    .list({ resource: 'storageclasses.storage.k8s.io', namespace: '' });
  expect(stored.items).toEqual([]);
  const { json: list } = await api.send('GET', classes);
  expect(list.items).toMatchObject([
    {
      metadata: { name: 'berth-local' },
      provisioner: 'local.berth.dev',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  ]);
});

test('a newer default class takes its place from the very next claim on, and none is set where none is default', async () => {
  const annotations = (isDefault: string) => ({ 'storageclass.kubernetes.io/is-default-class': isDefault });
  const body = {
    metadata: { name: 'own', annotations: annotations('true') },
    provisioner: 'example.com/own',
  };
  await api.send('POST', classes, { body });
  expect((await claim('newer', '1Gi')).json.spec.storageClassName).toBe('own');
  expect((await claim('named', '1Gi', { storageClassName: 'x' })).json.spec.storageClassName).toBe('x');
  const unset = { metadata: { annotations: annotations('false') } };
  const headers = { 'content-type': 'application/merge-patch+json' };
  for (const name of ['own', 'berth-local']) {
    await api.send('PATCH', `${classes}/${name}`, { body: unset, headers });
  }
  expect((await claim('none', '1Gi')).json.spec.storageClassName).toBeUndefined();
  await api.send('DELETE', `${classes}/own`);
  const again = { metadata: { annotations: annotations('true') } };
  await api.send('PATCH', `${classes}/berth-local`, { body: again, headers });
});

test('a quota counts claims and their storage, also those of a class', async () => {
  const ofClass = 'berth-local.storageclass.storage.k8s.io/requests.storage';
  const hard = { persistentvolumeclaims: '3', 'requests.storage': '10Gi', [ofClass]: '4Gi' };
  await api.send('POST', `${path}/resourcequotas`, { body: { metadata: { name: 'q' }, spec: { hard } } });
  expect((await claim('a', '3Gi')).status).toBe(201);
  expect((await claim('b', '2Gi')).json).toMatchObject({
    code: 403,
    message: `persistentvolumeclaims "b" is forbidden: exceeded quota: q, requested: ${ofClass}=2Gi, used: ${ofClass}=3Gi, limited: ${ofClass}=4Gi`,
  });
  expect((await claim('b', '7Gi', { storageClassName: 'other' })).status).toBe(201);
  expect((await claim('c', '1Gi', { storageClassName: 'other' })).json.message).toBe(
    'persistentvolumeclaims "c" is forbidden: exceeded quota: q, requested: requests.storage=1Gi, used: requests.storage=10Gi, limited: requests.storage=10Gi',
  );
  const { json } = await api.send('GET', `${path}/resourcequotas/q`);
  expect(json.status.used).toEqual({
    persistentvolumeclaims: '2',
    'requests.storage': '10Gi',
    [ofClass]: '3Gi',
  });
});

test('a LimitRange bounds what claims ask for, at once and when they grow', async () => {
  const limits = [{ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } }];
  await api.send('POST', `${path}/limitranges`, { body: { metadata: { name: 'l' }, spec: { limits } } });
  expect((await claim('small', '512Mi')).json).toMatchObject({
    code: 403,
    message:
      'persistentvolumeclaims "small" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
  });
  expect((await claim('c', '5Gi')).status).toBe(201);
  const status = { phase: 'Bound', capacity: { storage: '5Gi' } };
  await api.send('PATCH', `${path}/persistentvolumeclaims/c/status`, {
    body: { status },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect((await grow('c', '6Gi')).json).toMatchObject({
    code: 403,
    message:
      'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi',
  });
});

test('a bound claim grows if its class says so, and shrinks never', async () => {
  const toBound = (name: string) =>
    api.send('PATCH', `${path}/persistentvolumeclaims/${name}/status`, {
      body: { status: { phase: 'Bound', capacity: { storage: '1Gi' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  await claim('local', '1Gi');
  await claim('fixed', '1Gi', { storageClassName: 'unknown' });
  expect((await grow('local', '2Gi')).status).toBe(422);
  await toBound('local');
  await toBound('fixed');
  expect((await grow('local', '2Gi')).json.spec.resources).toEqual({ requests: { storage: '2Gi' } });
  expect((await grow('local', '1Gi')).json.details.causes).toMatchObject([
    {
      field: 'spec.resources.requests.storage',
      message: 'Forbidden: field can not be less than status.capacity',
    },
  ]);
  expect((await grow('fixed', '2Gi')).json).toMatchObject({
    code: 403,
    message:
      'persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  });
});

test('a claim that is deleted stays until what protects it is taken off', async () => {
  await claim('c', '1Gi');
  const { json } = await api.send('DELETE', `${path}/persistentvolumeclaims/c`);
  expect(json).toMatchObject({
    kind: 'PersistentVolumeClaim',
    metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
  });
  expect(json.metadata.deletionTimestamp).toBeDefined();
  expect((await patch('c', { metadata: { finalizers: null } })).status).toBe(200);
  expect((await api.send('GET', `${path}/persistentvolumeclaims/c`)).status).toBe(404);
});
