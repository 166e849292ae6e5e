import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let runs = 0;
let namespace: string;

beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/nodes', { as: 'system', body: { metadata: { name: 'n1' } } });
});
afterAll(() => api.close());
beforeEach(async () => {
  namespace = `eviction-${++runs}`;
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
});

const podPath = (name: string) => `/api/v1/namespaces/${namespace}/pods/${name}`;
const budgetsPath = () => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;

async function createPod(name: string, { phase = 'Running', ready = true } = {}): Promise<void> {
  const labels = { app: 'web' };
  const body = {
    metadata: { name, labels },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'b' }] },
  };
  const created = await api.send('POST', `/api/v1/namespaces/${namespace}/pods`, { body });
  expect(created.status).toBe(201);
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const status = { ...created.json.status, phase, conditions };
  const put = await api.send('PUT', `${podPath(name)}/status`, { body: { ...created.json, status } });
  expect(put.status).toBe(200);
}

async function createBudget(name: string, status: object, spec: object = {}): Promise<void> {
  const body = {
    metadata: { name },
    spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: 1, ...spec },
  };
  const created = await api.send('POST', budgetsPath(), { body });
  expect(created.status).toBe(201);
  const counted = { observedGeneration: 1, expectedPods: 9, currentHealthy: 2, desiredHealthy: 1, ...status };
  await api.send('PUT', `${budgetsPath()}/${name}/status`, { body: { ...created.json, status: counted } });
}

const evict = (name: string, members: object = {}, query = '') =>
  api.send('POST', `${podPath(name)}/eviction${query}`, {
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, ...members },
  });
const pod = async (name: string) => (await api.send('GET', podPath(name))).json;
const budget = async (name: string) => (await api.send('GET', `${budgetsPath()}/${name}`)).json;
const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

test('an eviction takes from the budget, marks the pod and lets it end with its grace', async () => {
  await createPod('a');
  await createBudget('web', { disruptionsAllowed: 1 });
  const answer = await evict('a', { deleteOptions: { gracePeriodSeconds: 7 } });
  expect([answer.status, answer.json]).toEqual([201, success]);
  const evicted = await pod('a');
  expect(evicted.metadata).toMatchObject({ deletionGracePeriodSeconds: 7 });
  expect(evicted.status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    }),
  );
  expect((await budget('web')).status).toMatchObject({
    disruptionsAllowed: 0,
    disruptedPods: { a: expect.any(String) },
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
  });
});

test('without room it gets 429 with the budget as its cause, and the pod stays', async () => {
  await createPod('a');
  await createBudget('web', { disruptionsAllowed: 0, currentHealthy: 1 });
  const { json, headers } = await evict('a');
  expect(json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    reason: 'TooManyRequests',
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget web needs 1 healthy pods and has 1 currently',
        },
      ],
    },
    code: 429,
  });
  expect(headers.get('retry-after')).toBeNull();
  expect((await pod('a')).metadata.deletionTimestamp).toBeUndefined();
});

test('before the budget was counted it is to be tried again in ten seconds', async () => {
  await createPod('a');
  await createBudget('web', { observedGeneration: 0, disruptionsAllowed: 1 });
  const { json, headers } = await evict('a');
  expect(json).toMatchObject({
    code: 429,
    details: {
      retryAfterSeconds: 10,
      causes: [{ message: 'The disruption budget web is still being processed by the server.' }],
    },
  });
  expect(headers.get('retry-after')).toBe('10');
});

test('of two budgets it says that it cannot serve both', async () => {
  await createPod('a');
  await createBudget('one', { disruptionsAllowed: 1 });
  await createBudget('two', { disruptionsAllowed: 1 });
  const { status, json } = await evict('a');
  expect([status, json]).toMatchObject([
    500,
    {
      status: 'Failure',
      code: 500,
      message:
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    },
  ]);
  expect((await pod('a')).metadata.deletionTimestamp).toBeUndefined();
});

describe('a budget without room does not hold', () => {
  test.each([
    ['a pod that succeeded', { phase: 'Succeeded' }, {}],
    ['a pod that failed', { phase: 'Failed' }, {}],
    ['a pod that is pending', { phase: 'Pending', ready: false }, {}],
    ['a pod that is not ready, by policy', { ready: false }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }],
  ])('%s', async (_name, state, spec) => {
    await createPod('a', state);
    await createBudget('web', { disruptionsAllowed: 0, currentHealthy: 0 }, spec);
    expect((await evict('a')).status).toBe(201);
    // What has ended goes at once.
    const left = await pod('a');
    expect(left.code === 404 || left.metadata.deletionTimestamp !== undefined).toBe(true);
    expect((await budget('web')).status.disruptedPods).toBeUndefined();
  });
});

test.each([
  ['of the request', {}, '?dryRun=All'],
  ['of the deletion', { deleteOptions: { dryRun: ['All'] } }, ''],
])('a dry run %s is judged and changes nothing', async (_name, members, query) => {
  await createPod('a');
  await createBudget('web', { disruptionsAllowed: 1 });
  expect((await evict('a', members, query)).json).toEqual(success);
  expect((await pod('a')).metadata.deletionTimestamp).toBeUndefined();
  expect((await budget('web')).status.disruptionsAllowed).toBe(1);
  await createPod('b');
  await evict('a');
  expect((await evict('b', members, query)).status).toBe(429);
});

test('preconditions hold', async () => {
  await createPod('a');
  const stale = { deleteOptions: { preconditions: { uid: 'other' } } };
  expect((await evict('a', stale)).json).toMatchObject({ code: 409, reason: 'Conflict' });
  expect((await evict('missing')).json).toMatchObject({ code: 404, message: 'pods "missing" not found' });
});

test('of many evictions at once as many go through as the budget allows', async () => {
  const names = Array.from({ length: 12 }, (_, number) => `p-${number}`);
  await Promise.all(names.map((name) => createPod(name)));
  await createBudget('web', { disruptionsAllowed: 5, currentHealthy: 6 });
  const answers = await Promise.all(names.map((name) => evict(name)));
  const codes = answers.map(({ status }) => status).sort((a, b) => a - b);
  expect(codes).toEqual([...Array.from({ length: 5 }, () => 201), ...Array.from({ length: 7 }, () => 429)]);
  const going = await Promise.all(names.map(async (name) => (await pod(name)).metadata.deletionTimestamp));
  expect(going.filter(Boolean)).toHaveLength(5);
  const { status } = await budget('web');
  expect([status.disruptionsAllowed, Object.keys(status.disruptedPods)]).toEqual([0, expect.any(Array)]);
  expect(Object.keys(status.disruptedPods)).toHaveLength(5);
});
