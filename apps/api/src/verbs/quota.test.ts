import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

let namespaces = 0;
/** A namespace with a quota. */
async function limited(spec: object): Promise<string> {
  const name = `n${++namespaces}`;
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  const path = `/api/v1/namespaces/${name}`;
  const created = await api.send('POST', `${path}/resourcequotas`, {
    body: { metadata: { name: 'q' }, spec },
  });
  expect([created.status, created.json.status]).toEqual([201, {}]);
  return path;
}

const pod = (name: string, resources: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c1', image: 'x', resources }] },
});
const cpu = (amount: string) => ({ requests: { cpu: amount } });
const post = (path: string, body: object, query = '') => api.send('POST', `${path}/pods${query}`, { body });
const statusOf = async (path: string) => (await api.send('GET', `${path}/resourcequotas/q`)).json.status;

test('what a quota has no room for is a 403 in the words of Kubernetes', async () => {
  const path = await limited({ hard: { 'requests.cpu': '1', pods: '10' } });
  expect((await post(path, pod('a', cpu('900m')))).status).toBe(201);
  const message =
    'pods "x" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=900m, limited: requests.cpu=1';
  expect((await post(path, pod('x', cpu('500m')))).json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Forbidden',
    details: { name: 'x', kind: 'pods' },
    code: 403,
  });
  expect((await post(path, pod('x', cpu('500m')), '?dryRun=All')).json).toMatchObject({ code: 403, message });
  expect((await post(path, pod('x', cpu('100m')), '?dryRun=All')).status).toBe(201);
  expect(await statusOf(path)).toEqual({
    hard: { 'requests.cpu': '1', pods: '10' },
    used: { 'requests.cpu': '900m', pods: '1' },
  });
});

test('a pod that does not say how much it takes is refused where that is limited', async () => {
  const path = await limited({ hard: { 'limits.cpu': '1', memory: '1Gi', pods: '10' } });
  const message = 'pods "x" is forbidden: failed quota: q: must specify limits.cpu for: c1; memory for: c1';
  expect((await post(path, pod('x'))).json).toMatchObject({ code: 403, reason: 'Forbidden', message });
  expect((await post(path, pod('x'), '?dryRun=All')).json).toMatchObject({ code: 403, message });
  const full = { limits: { cpu: '1', memory: '1Gi' } };
  expect((await post(path, pod('x', full))).status).toBe(201);
  expect((await statusOf(path)).used).toEqual({ 'limits.cpu': '1', memory: '1Gi', pods: '1' });
});

test('objects of any kind can be counted, by both of their names', async () => {
  const path = await limited({ hard: { configmaps: '1', 'count/configmaps': '5', 'count/jobs.batch': '0' } });
  const configMap = (name: string) =>
    api.send('POST', `${path}/configmaps`, { body: { metadata: { name } } });
  expect((await configMap('a')).status).toBe(201);
  expect((await configMap('b')).json.message).toBe(
    'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
  );
  const job = {
    metadata: { name: 'j' },
    spec: { template: { spec: { ...pod('').spec, restartPolicy: 'Never' } } },
  };
  const refused = await api.send('POST', path.replace('/api/v1', '/apis/batch/v1').concat('/jobs'), {
    body: job,
  });
  expect(refused.json.message).toBe(
    'jobs.batch "j" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0',
  );
  await api.send('DELETE', `${path}/configmaps/a`);
  expect((await configMap('b')).status).toBe(201);
});

test('controllers of pods and budgets count, each as one, as long as they are there', async () => {
  const hard = {
    replicationcontrollers: '1',
    'count/replicationcontrollers': '1',
    'count/replicasets.apps': '1',
    'count/poddisruptionbudgets.policy': '1',
  };
  const path = await limited({ hard });
  const template = { metadata: { labels: { app: 'a' } }, spec: pod('a').spec };
  const objects: ReadonlyArray<readonly [string, object]> = [
    ['/replicationcontrollers', { template }],
    ['/replicasets', { selector: { matchLabels: { app: 'a' } }, template }],
    ['/poddisruptionbudgets', {}],
  ];
  const collectionOf = (plural: string): string => {
    const group = { '/replicasets': 'apps', '/poddisruptionbudgets': 'policy' }[plural];
    return group === undefined ? path + plural : `/apis/${group}/v1${path.slice('/api/v1'.length)}${plural}`;
  };
  const create = (name: string) =>
    Promise.all(
      objects.map(([plural, spec]) =>
        api.send('POST', collectionOf(plural), { body: { metadata: { name }, spec } }),
      ),
    );
  expect((await create('first')).map(({ status }) => status)).toEqual([201, 201, 201]);
  expect((await statusOf(path)).used).toEqual(hard);
  expect((await create('second')).map(({ json }) => [json.code, json.message])).toEqual([
    [403, expect.stringContaining('exceeded quota: q, requested: count/replicationcontrollers=1')],
    [403, expect.stringContaining('exceeded quota: q, requested: count/replicasets.apps=1')],
    [403, expect.stringContaining('exceeded quota: q, requested: count/poddisruptionbudgets.policy=1')],
  ]);
  const body = { propagationPolicy: 'Background' };
  for (const [plural] of objects) await api.send('DELETE', `${collectionOf(plural)}/first`, { body });
  expect(Object.values((await statusOf(path)).used)).toEqual(['0', '0', '0', '0']);
});

test('an update, a patch and an apply are held to quota as a create is', async () => {
  const path = await limited({ hard: { pods: '1' }, scopes: ['Terminating'] });
  for (const name of ['a', 'b']) expect((await post(path, pod(name))).status).toBe(201);
  const deadline = (name: string, query = '') =>
    api.send('PATCH', `${path}/pods/${name}${query}`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { activeDeadlineSeconds: 60 } },
    });
  expect((await deadline('a')).status).toBe(200);
  const message =
    'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1';
  expect((await deadline('b', '?dryRun=All')).json).toMatchObject({ code: 403, message });
  expect((await deadline('b')).json).toMatchObject({ code: 403, message });
  const stored = (await api.send('GET', `${path}/pods/b`)).json;
  const put = { ...stored, spec: { ...stored.spec, activeDeadlineSeconds: 60 } };
  expect((await api.send('PUT', `${path}/pods/b`, { body: put })).json).toMatchObject({ code: 403, message });
});

test('pods that end stay as objects and make room', async () => {
  const path = await limited({ hard: { pods: '1', 'count/pods': '3' } });
  for (const name of ['a', 'b', 'c']) {
    expect((await post(path, pod(name))).status).toBe(201);
    expect((await post(path, pod('over'))).json.code).toBe(403);
    await api.send('PATCH', `${path}/pods/${name}/status`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { phase: 'Succeeded' } },
    });
  }
  expect((await statusOf(path)).used).toEqual({ pods: '0', 'count/pods': '3' });
  expect((await post(path, pod('d'))).json.message).toMatch(
    /requested: count\/pods=1, used: count\/pods=3, limited: count\/pods=3$/,
  );
});

test('a watcher sees what is used change with what uses it', async () => {
  const path = await limited({ hard: { pods: '5' } });
  const { json } = await api.send('GET', `${path}/resourcequotas`);
  await post(path, pod('a'));
  const query = `watch=1&resourceVersion=${json.metadata.resourceVersion}&timeoutSeconds=1`;
  const events = (await api.send('GET', `${path}/resourcequotas?${query}`)).text.trim().split('\n');
  expect(events.map((line) => JSON.parse(line).object.status.used)).toEqual([{ pods: '1' }]);
});

test('a written status is what was sent at first, and then what is used', async () => {
  const path = await limited({ hard: { pods: '5' } });
  const patched = await api.send('PATCH', `${path}/resourcequotas/q/status`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { status: { hard: { pods: '9' } } },
  });
  expect([patched.status, patched.json.status.hard]).toEqual([200, { pods: '9' }]);
  expect(await statusOf(path)).toEqual({ hard: { pods: '5' }, used: { pods: '0' } });
});

test('a tenant gets no object beyond its plan', async () => {
  await api.store.tenantLimits.set('default', { 'count/secrets': '1' });
  const secret = (name: string, query = '') =>
    api.send('POST', `/api/v1/namespaces/default/secrets${query}`, { body: { metadata: { name } } });
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
  expect((await secret('a')).status).toBe(201);
  const message =
    'secrets "b" is forbidden: exceeded plan limits of tenant "default", requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1';
  expect((await secret('b', '?dryRun=All')).json).toMatchObject({ code: 403, message });
  expect((await secret('b')).json).toMatchObject({ code: 403, reason: 'Forbidden', message });
  await api.store.tenantLimits.set('default', {});
  expect((await secret('b')).status).toBe(201);
});
