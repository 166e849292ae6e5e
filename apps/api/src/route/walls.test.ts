import { nodeSubject, serviceAccountSubject } from '@berth/auth';
import { apiVersionOf, builtinRegistry, type KindDefinition, type Verb } from '@berth/kinds';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
const tokens: Record<'neighbour' | 'account' | 'expired' | 'node', string> = {
  neighbour: '',
  account: '',
  expired: '',
  node: '',
};
beforeAll(async () => {
  api = await startTestApi();
  const account = serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u' });
  tokens.neighbour = await api.token('neighbour');
  tokens.account = await api.token('default', { subject: account });
  tokens.expired = await api.token('default', { expiresInSeconds: -1 });
  tokens.node = await api.token('system', { subject: nodeSubject('n1') });
});
afterAll(() => api.close());

const methods: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};
const named: ReadonlySet<Verb> = new Set<Verb>(['get', 'update', 'patch', 'delete']);

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of every kind: each version, verb and subresource. */
function routesOf(definition: KindDefinition): Route[] {
  return definition.versions.flatMap((version) => {
    const prefix = version.group === '' ? '/api' : '/apis';
    const scope = definition.scope === 'Namespaced' ? '/namespaces/ns' : '';
    const collection = `${prefix}/${apiVersionOf(version)}${scope}/${definition.plural}`;
    return [
      ...definition.verbs.map((verb) => ({
        method: methods[verb],
        path: `${collection}${named.has(verb) ? '/x' : ''}${verb === 'watch' ? '?watch=true' : ''}`,
      })),
      ...definition.subresources.flatMap(({ name, verbs }) =>
        verbs.map((verb) => ({ method: methods[verb], path: `${collection}/x/${name}` })),
      ),
    ];
  });
}

const others: readonly Route[] = [
  '/',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/batch',
  '/apis/batch/v1',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/api/v1',
  '/fleet/v1/nodes/n1/pods',
  '/fleet/v1/nodes/n1/pods?watch=1',
  '/nowhere',
].map((path) => ({ method: 'GET', path }));
const routes = [...others, ...builtinRegistry.definitions.flatMap(routesOf)];

const unauthorized = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
};

describe('every route', () => {
  test.for(routes)(
    '$method $path is closed to those without a good token, and to neighbours',
    async ({ method, path }) => {
      const inCluster = `/clusters/default${path}`;
      const none = await api.send(method, inCluster, { as: null });
      expect([none.json, none.headers.get('www-authenticate')]).toEqual([
        unauthorized,
        'Bearer realm="berth"',
      ]);
      expect((await api.send(method, path, { as: null })).json).toEqual(unauthorized);
      expect((await api.send(method, inCluster, { token: tokens.expired })).json).toEqual(unauthorized);
      const forged = `${tokens.neighbour.slice(0, -4)}AAAA`;
      expect((await api.send(method, inCluster, { token: forged })).json).toEqual(unauthorized);
      const refused = await api.send(method, inCluster, { token: tokens.neighbour });
      expect(refused.json).toMatchObject({
        kind: 'Status',
        status: 'Failure',
        code: 403,
        reason: 'Forbidden',
        message: expect.stringMatching(
          /User "admin" cannot .*: the token is for cluster "neighbour", not "default"$/,
        ),
      });
    },
  );

  test.for(routes)('$method $path of the fleet is closed to a tenant', async ({ method, path }) => {
    const { json } = await api.send(method, `/clusters/system${path}`);
    expect(json).toMatchObject({ code: 403, reason: 'Forbidden' });
  });

  test('a cluster that does not exist looks like one that is a neighbour’s', async () => {
    const exists = await api.send('GET', '/clusters/neighbour/api/v1/pods');
    const missing = await api.send('GET', '/clusters/nobody/api/v1/pods');
    expect(missing.text).toBe(exists.text.replaceAll('neighbour', 'nobody'));
    expect((await api.send('GET', '/clusters/nobody/api/v1/pods', { as: 'system' })).json).toMatchObject({
      code: 404,
      message: 'clusters.platform.berth.dev "nobody" not found',
    });
  });
});

test('a refusal speaks as Kubernetes does', async () => {
  const { json } = await api.send('GET', '/clusters/default/api/v1/namespaces/default/pods', {
    token: tokens.account,
  });
  expect(json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'pods is forbidden: User "system:serviceaccount:ns:sa" cannot list resource "pods" in API group "" in the namespace "default"',
    reason: 'Forbidden',
    details: { kind: 'pods' },
    code: 403,
  });
});

test.for([
  '/livez',
  '/healthz',
  '/version',
  '/openid/v1/jwks',
  '/.well-known/openid-configuration',
  '/clusters/default/openid/v1/jwks',
  '/clusters/default/.well-known/openid-configuration',
])('%s is open to everybody', async (path) => {
  expect((await api.send('GET', path, { as: null })).status).toBe(200);
  expect((await api.send('POST', path, { as: null })).status).toBe(401);
});

test('the root path is the cluster of the token', async () => {
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'mine' } } });
  expect((await api.send('GET', '/api/v1/namespaces/mine')).status).toBe(200);
  expect((await api.send('GET', '/api/v1/namespaces/mine', { as: 'neighbour' })).status).toBe(404);
  expect((await api.send('GET', '/clusters/default/api/v1/namespaces/mine', { as: 'system' })).status).toBe(
    200,
  );
});

test('a node may create its own Node and no other', async () => {
  const create = (name: string) =>
    api.send('POST', '/api/v1/nodes', { token: tokens.node, body: { metadata: { name } } });
  expect((await create('n2')).json).toMatchObject({
    code: 403,
    message:
      'nodes "n2" is forbidden: User "system:node:n1" cannot create resource "nodes" in API group "" at the cluster scope',
  });
  expect((await create('n1')).status).toBe(201);
});

test('tenants see the fleet’s nodes, and cannot write them', async () => {
  await api.send('POST', '/api/v1/nodes', { as: 'system', body: { metadata: { name: 'seen' } } });
  const seen = await api.send('GET', '/api/v1/nodes/seen');
  expect(seen.json.metadata.name).toBe('seen');
  const { json } = await api.send('DELETE', '/api/v1/nodes/seen');
  expect(json).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
  expect((await api.send('GET', '/apis/platform.berth.dev/v1/clusters')).status).toBe(404);
});
