import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';

let api: TestApi;
/** Another process on the same database. */
let other: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  other = await api.another();
  await create('/api/v1/namespaces', { metadata: { name: 'ns' } });
});
afterAll(async () => {
  await other.close();
  await api.close();
});

const namespace = '/api/v1/namespaces/ns';
const accounts = `${namespace}/serviceaccounts`;

async function create(path: string, body: object) {
  const { status, json } = await api.send('POST', path, { body });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

async function remove(path: string): Promise<void> {
  expect((await api.send('DELETE', path, { body: { gracePeriodSeconds: 0 } })).status).toBe(200);
}

async function tokenOf(account: string, spec: object = {}): Promise<string> {
  return (await create(`${accounts}/${account}/token`, { spec })).status.token;
}

const codesOf = (token: string) =>
  Promise.all(
    [api, other].map(async (server) => (await server.send('GET', '/apis/batch/v1', { token })).status),
  );

/** Both processes have just used the token; within a second after this, both must refuse it. */
async function expectDeadWithinASecond(token: string): Promise<void> {
  await eventually(
    'both refuse the token',
    async () => (await codesOf(token)).every((code) => code === 401),
    1_000,
  );
}

describe('a token ends within a second, in every process, with', () => {
  test('its account', async () => {
    await create(accounts, { metadata: { name: 'short' } });
    const token = await tokenOf('short');
    expect(await codesOf(token)).toEqual([200, 200]);
    await remove(`${accounts}/short`);
    await expectDeadWithinASecond(token);
  });

  test('its account, although another one takes the name', async () => {
    await create(accounts, { metadata: { name: 'renewed' } });
    const token = await tokenOf('renewed');
    expect(await codesOf(token)).toEqual([200, 200]);
    await remove(`${accounts}/renewed`);
    await create(accounts, { metadata: { name: 'renewed' } });
    await expectDeadWithinASecond(token);
    expect(await codesOf(await tokenOf('renewed'))).toEqual([200, 200]);
  });

  test.for([
    ['Pod', 'pods', { spec: { serviceAccountName: 'of-pods', containers: [{ name: 'c', image: 'i' }] } }],
    ['Secret', 'secrets', { stringData: { a: 'b' } }],
  ] as const)('the %s that it is bound to', async ([kind, plural, body]) => {
    await create(accounts, { metadata: { name: `of-${plural}` } });
    const { metadata } = await create(`${namespace}/${plural}`, { metadata: { name: 'bound' }, ...body });
    const boundObjectRef = { apiVersion: 'v1', kind, name: 'bound', uid: metadata.uid };
    const [token, free] = [await tokenOf(`of-${plural}`, { boundObjectRef }), await tokenOf(`of-${plural}`)];
    expect(await codesOf(token)).toEqual([200, 200]);
    await remove(`${namespace}/${plural}/bound`);
    await expectDeadWithinASecond(token);
    expect(await codesOf(free)).toEqual([200, 200]);
  });
});

test('a token whose account is ending is good for a minute more', async () => {
  await create(accounts, { metadata: { name: 'ending', finalizers: ['example.com/hold'] } });
  const token = await tokenOf('ending');
  await api.send('DELETE', `${accounts}/ending`);
  expect((await api.send('GET', `${accounts}/ending`)).json.metadata.deletionTimestamp).toBeDefined();
  const at = (ms: number) => answerOfServerAhead(ms, token);
  expect(await at(30_000)).toBe(200);
  expect(await at(90_000)).toBe(401);
});

/** How a server answers whose clock is ahead. */
async function answerOfServerAhead(aheadMs: number, token: string): Promise<number> {
  const ahead = await api.another({ now: () => new Date(Date.now() + aheadMs) });
  try {
    return (await ahead.send('GET', '/apis/batch/v1', { token })).status;
  } finally {
    await ahead.close();
  }
}
