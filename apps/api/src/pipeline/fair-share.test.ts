import { nodeSubject, serviceAccountSubject } from '@berth/auth';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

const generous = {
  requestsPerSecond: 10_000,
  requestBurst: 10_000,
  inFlight: 300,
  watches: 2,
  processSeats: 600,
};
const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1';
const schemaHeader = 'x-kubernetes-pf-flowschema-uid';
const levelHeader = 'x-kubernetes-pf-prioritylevel-uid';

const opened: TestApi[] = [];
async function open(options: Parameters<typeof startTestApi>[0] = {}): Promise<TestApi> {
  const api = await startTestApi({ fairShare: generous, ...options });
  opened.push(api);
  return api;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()));
});

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}

describe('the headers of an answer', () => {
  let api: TestApi;
  const tokens = { account: '', node: '' };
  beforeAll(async () => {
    api = await startTestApi({ fairShare: generous });
    const account = serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' });
    tokens.account = await api.token('default', { subject: account });
    tokens.node = await api.token('system', { subject: nodeSubject('n1') });
  });
  afterAll(() => api.close());

  test('name the schema and the level that the cluster shows, before and after somebody asked for them', async () => {
    const seen = (await api.send('GET', '/api/v1/namespaces')).headers;
    const [schemas, levels] = await Promise.all(
      ['flowschemas', 'prioritylevelconfigurations'].map(async (plural) => {
        const { json } = await api.send('GET', `${flowControl}/${plural}`);
        return new Map((json.items as Named[]).map(({ metadata }) => [metadata.uid, metadata.name]));
      }),
    );
    expect([schemas?.get(seen.get(schemaHeader) ?? ''), levels?.get(seen.get(levelHeader) ?? '')]).toEqual([
      'exempt',
      'exempt',
    ]);
    const later = (await api.send('GET', '/api/v1/namespaces')).headers;
    expect(later.get(schemaHeader)).toBe(seen.get(schemaHeader));
    const account = await api.send('GET', '/api/v1/namespaces', { token: tokens.account });
    expect([account.status, schemas?.get(account.headers.get(schemaHeader) ?? '')]).toEqual([
      403,
      'service-accounts',
    ]);
  });

  test('stand on refusals, on errors, on health and on node agents’ answers', async () => {
    const answers = await Promise.all([
      api.send('GET', '/api/v1/namespaces/nowhere'),
      api.send('GET', '/nowhere'),
      api.send('GET', '/livez', { as: null }),
      api.send('GET', '/fleet/v1/nodes/n1/pods', { token: tokens.node }),
      api.send('GET', '/clusters/nobody/api/v1/pods'),
    ]);
    for (const { headers } of answers) {
      expect(headers.get(schemaHeader)).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get(levelHeader)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('a tenant’s budget of requests', () => {
  /** So slow that nothing comes back while a test runs, however slow that is. */
  const tight = { ...generous, requestsPerSecond: 0.001, requestBurst: 3 };
  const get = (api: TestApi, options: Parameters<TestApi['send']>[2] = {}) =>
    api.send('GET', '/api/v1/namespaces/x', options);

  test('is spent by everybody of the tenant, and by nobody else', async () => {
    const api = await open({ fairShare: tight });
    const statuses = [];
    for (let at = 0; at < 5; at++) statuses.push((await get(api)).status);
    expect(statuses).toEqual([404, 404, 404, 429, 429]);
    expect((await get(api, { as: 'neighbour' })).status).toBe(404);
    const refused = await get(api);
    expect(refused.json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'too many requests, please try again later',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 60 },
      code: 429,
    });
    expect(refused.headers.get('retry-after')).toBe('60');
  });

  test('is not spent by strangers, who are refused at their own expense', async () => {
    const api = await open({ fairShare: tight });
    const knock = () => api.send('GET', '/clusters/default/api/v1/namespaces', { as: 'neighbour' });
    expect([(await knock()).status, (await knock()).status, (await knock()).status]).toEqual([403, 403, 403]);
    expect((await knock()).status).toBe(429);
    expect((await get(api)).status).toBe(404);
  });

  test('comes from the tenant’s plan', async () => {
    const api = await open();
    const platform = '/apis/platform.berth.dev/v1';
    const make = async (path: string, body: object) => {
      const { status } = await api.send('POST', `${platform}${path}`, { as: 'system', body });
      expect(status).toBe(201);
    };
    await make('/plans', { metadata: { name: 'tiny' }, spec: { requestsPerSecond: 1, requestBurst: 2 } });
    await make('/tenants', { metadata: { name: 'acme' }, spec: { plan: 'tiny' } });
    await make('/namespaces/acme/clusters', { metadata: { name: 'one' } });
    await make('/namespaces/acme/clusters', { metadata: { name: 'two' } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => get(api, { as: index % 2 === 0 ? 'one' : 'two' })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect(new Set(refused.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['1']));
  });

  test('does not count for the fleet: its administrators, its nodes and its health', async () => {
    const api = await open({ fairShare: { ...tight, requestBurst: 1 } });
    const node = await api.token('system', { subject: nodeSubject('n1') });
    for (let at = 0; at < 10; at++) {
      expect((await api.send('GET', '/fleet/v1/nodes/n1/pods', { token: node })).status).toBe(200);
      expect((await api.send('GET', '/clusters/default/api/v1/namespaces', { as: 'system' })).status).toBe(
        200,
      );
      expect((await api.send('GET', '/livez', { as: null })).status).toBe(200);
    }
    expect([(await get(api)).status, (await get(api)).status]).toEqual([404, 429]);
  });
});

describe('long-running requests', () => {
  test('have places of their own for each tenant, which are free again when they end', async () => {
    const api = await open({ fairShare: { ...generous, inFlight: 1 } });
    const authorization = `Bearer ${await api.token('default')}`;
    const path = '/api/v1/namespaces?watch=1';
    const watch = () => openWatch(`${api.url}${path}`, { authorization });
    const [first, second] = [await watch(), await watch()];
    const third = await api.send('GET', path);
    expect([third.status, third.json.message]).toEqual([429, 'too many requests, please try again later']);
    expect((await api.send('GET', '/api/v1/namespaces')).status).toBe(200);
    const neighbour = await openWatch(`${api.url}${path}`, {
      authorization: `Bearer ${await api.token('neighbour')}`,
    });
    await first.end();
    const again = await eventually('the place is free', watch);
    await Promise.all([second.end(), again.end(), neighbour.end()]);
  });
});

describe('a cluster’s own flow control', () => {
  test('steers its requests as soon as it is written', async () => {
    const api = await open();
    const schema = {
      metadata: { name: 'mine' },
      spec: {
        priorityLevelConfiguration: { name: 'closed' },
        matchingPrecedence: 10,
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'system:serviceaccount:ns:sa' } }],
            resourceRules: [
              { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
            ],
          },
        ],
      },
    };
    const level = {
      metadata: { name: 'closed' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Reject' },
        },
      },
    };
    const post = (plural: string, body: object) => api.send('POST', `${flowControl}/${plural}`, { body });
    const token = await api.token('default', {
      subject: serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' }),
    });
    const asAccount = () => api.send('GET', '/api/v1/namespaces', { token });
    expect((await asAccount()).status).toBe(403);
    expect((await post('prioritylevelconfigurations', level)).status).toBe(201);
    expect((await post('flowschemas', schema)).status).toBe(201);
    const refused = await eventually('the account is steered', async () => {
      const answer = await asAccount();
      return answer.status === 429 && answer;
    });
    const { json } = await api.send('GET', `${flowControl}/flowschemas/mine`);
    expect([refused.headers.get(schemaHeader), refused.headers.get('retry-after')]).toEqual([
      json.metadata.uid,
      '1',
    ]);
    expect((await api.send('GET', '/api/v1/namespaces')).status).toBe(200);
  });
});
