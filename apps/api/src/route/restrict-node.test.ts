import { nodeAudience, nodeSubject } from '@berth/auth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let node: string;
beforeAll(async () => {
  api = await startTestApi();
  node = await api.token('system', { subject: nodeSubject('n1') });
  for (const namespace of ['ns', 'empty']) {
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    for (const resource of ['secrets', 'configmaps', 'serviceaccounts']) {
      const path = `/api/v1/namespaces/${namespace}/${resource}`;
      for (const name of ['x', 'default', 'others'])
        await api.send('POST', path, { body: { metadata: { name } } });
    }
  }
  for (const [name, nodeName] of Object.entries({ mine: 'n1', other: 'n2', unbound: '' })) {
    const taken = name === 'mine' ? 'x' : 'others';
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: taken, key: 'k', optional: true } } }];
    const envFrom = [{ configMapRef: { name: taken, optional: true } }];
    const sources = [
      { serviceAccountToken: { path: 't' } },
      { serviceAccountToken: { path: 'v', audience: 'vault' } },
    ];
    const spec = {
      nodeName,
      containers: [{ name: 'c', image: 'i', env, envFrom }],
      volumes: [{ name: 'v', projected: { sources } }],
    };
    await api.send('POST', '/api/v1/namespaces/ns/pods', { body: { metadata: { name }, spec } });
  }
});
afterAll(() => api.close());

const prefix = '/clusters/default/api/v1/namespaces';
const asNode = (method: string, path: string, body?: unknown) =>
  api.send(method, `${prefix}${path}`, {
    token: node,
    ...(body !== undefined && { body, headers: { 'content-type': 'application/merge-patch+json' } }),
  });

describe('a node', () => {
  test.for([
    ['GET', '/ns/pods/other', /no relationship found between node 'n1' and this object$/],
    ['GET', '/ns/pods/unbound', /no relationship found between node 'n1' and this object$/],
    ['DELETE', '/ns/pods/other', /node "n1" can only delete pods with spec.nodeName set to itself$/],
    ['DELETE', '/ns/pods/unbound', /node "n1" can only delete pods with spec.nodeName set to itself$/],
    [
      'PATCH',
      '/ns/pods/other/status',
      /node "n1" can only update pod status for pods with spec.nodeName set to itself$/,
    ],
    ['GET', '/ns/secrets/others', /no relationship found between node 'n1' and this object$/],
    ['GET', '/ns/secrets/default', /no relationship found between node 'n1' and this object$/],
    ['GET', '/ns/configmaps/others', /no relationship found between node 'n1' and this object$/],
    ['POST', '/ns/pods/other/eviction', /node "n1" can only evict pods with spec.nodeName set to itself$/],
    ['GET', '/empty/secrets/x', /no relationship found between node 'n1' and this object$/],
    ['GET', '/empty/configmaps/x', /no relationship found between node 'n1' and this object$/],
    ['GET', '/ns/secrets', /cannot list resource "secrets"/],
    ['GET', '/ns/configmaps?watch=true', /cannot watch resource "configmaps"/],
    ['GET', '/ns/pods', /cannot list resource "pods"/],
  ] as const)('may not %s %s', async ([method, path, message]) => {
    const { json } = await asNode(
      method,
      path,
      method === 'PATCH' ? { status: {} } : method === 'POST' ? {} : undefined,
    );
    expect(json).toMatchObject({ code: 403, reason: 'Forbidden', message: expect.stringMatching(message) });
  });

  test('reads what its pods take in, and follows its pods', async () => {
    expect((await asNode('GET', '/ns/secrets/x')).status).toBe(200);
    expect((await asNode('GET', '/ns/configmaps/x')).status).toBe(200);
    expect((await asNode('GET', '/ns/pods/mine')).status).toBe(200);
    expect((await asNode('PATCH', '/ns/pods/mine/status', { status: { message: 'm' } })).status).toBe(200);
  });

  test('does not reach a pod’s labels through its status', async () => {
    const { json } = await asNode('PATCH', '/ns/pods/mine/status', { metadata: { labels: { app: 'x' } } });
    expect(json).toMatchObject({
      code: 403,
      message: 'pods "mine" is forbidden: node "n1" cannot update labels through pod status',
    });
  });

  test('reads for a pod that was bound just now', async () => {
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'new' } } });
    await api.send('POST', '/api/v1/namespaces/new/secrets', { body: { metadata: { name: 's' } } });
    expect((await asNode('GET', '/new/secrets/s')).status).toBe(403);
    const volumes = [{ name: 'v', secret: { secretName: 's' } }];
    const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes };
    await api.send('POST', '/api/v1/namespaces/new/pods', { body: { metadata: { name: 'p' }, spec } });
    expect((await asNode('GET', '/new/secrets/s')).status).toBe(200);
  });
});

describe('a node gets a token', () => {
  const uidOf = async (pod: string): Promise<string> =>
    (await api.send('GET', `/api/v1/namespaces/ns/pods/${pod}`)).json.metadata.uid;
  const request = (account: string, boundObjectRef?: object, audiences: readonly string[] = []) =>
    api.send('POST', `${prefix}/ns/serviceaccounts/${account}/token`, {
      token: node,
      body: { spec: { audiences, ...(boundObjectRef && { boundObjectRef }) } },
    });
  const bound = async (name: string) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: await uidOf(name) });

  test('of the account of its own pod, bound to that', async () => {
    expect((await request('default', await bound('mine'))).status).toBe(201);
    expect((await request('default', await bound('mine'), ['vault'])).status).toBe(201);
  });

  test('for whom its pod’s volumes say, and for nobody else', async () => {
    expect((await request('default', await bound('mine'), ['bank'])).json).toMatchObject({
      code: 403,
      message:
        'serviceaccounts "default" is forbidden: audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request service account tokens for this audience',
    });
    expect((await request('default', await bound('mine'), ['vault', 'bank'])).json.message).toContain(
      'node may only request 0 or 1 audiences',
    );
  });

  test.for<readonly [string, string, () => Promise<object | undefined>, string]>([
    ['no pod', 'default', async () => undefined, 'node requested token not bound to a pod'],
    [
      'a pod of another node',
      'default',
      () => bound('other'),
      'node requested token bound to a pod scheduled on a different node',
    ],
    [
      'no uid',
      'default',
      async () => ({ ...(await bound('mine')), uid: '' }),
      'node requested token with a pod binding without a uid',
    ],
    ['an account that its pod does not use', 'x', () => bound('mine'), 'no relationship found'],
  ])('but not for %s', async ([, account, reference, message]) => {
    expect((await request(account, await reference())).json).toMatchObject({
      code: 403,
      message: expect.stringContaining(message),
    });
  });
});

test('nobody gets a token by which agents would take them for the API server', async () => {
  const { json } = await api.send('POST', '/api/v1/namespaces/ns/serviceaccounts/x/token', {
    body: { spec: { audiences: [nodeAudience('n1')] } },
  });
  expect(json).toMatchObject({ code: 422, message: expect.stringContaining('spec.audiences') });
});

describe('its own Node', () => {
  const send = (method: string, path: string, body: unknown) =>
    api.send(method, `/api/v1/nodes${path}`, {
      token: node,
      body,
      headers: { 'content-type': method === 'POST' ? 'application/json' : 'application/merge-patch+json' },
    });

  test('is its to write, but not by what pods are kept from it', async () => {
    const joining = { metadata: { name: 'n1', labels: { 'node-restriction.kubernetes.io/safe': 'yes' } } };
    expect((await send('POST', '', joining)).json).toMatchObject({
      code: 403,
      message:
        'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/safe',
    });
    const taints = [{ key: 'a', effect: 'NoSchedule' }];
    const joined = await send('POST', '', {
      metadata: { name: 'n1', labels: { rack: '1' } },
      spec: { taints },
    });
    expect(joined.status).toBe(201);
    expect((await send('PATCH', '/n1', { metadata: { labels: { rack: '2' } } })).status).toBe(200);
    expect((await send('PATCH', '/n1', { spec: { taints: [] } })).json.message).toBe(
      'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
    );
    for (const path of ['/n1', '/n1/status']) {
      const pool = { metadata: { labels: { 'platform.berth.dev/node-pool': 'other' } } };
      expect((await send('PATCH', path, pool)).json.message).toBe(
        'nodes "n1" is forbidden: node "n1" is not allowed to modify labels: platform.berth.dev/node-pool',
      );
    }
    expect((await send('DELETE', '/n1', undefined)).status).toBe(403);
  });
});
