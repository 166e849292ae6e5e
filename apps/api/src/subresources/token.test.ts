import { apiAudience } from '@berth/auth';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
const namespace = '/api/v1/namespaces/ns';
const accounts = `${namespace}/serviceaccounts`;
const pods = `${namespace}/pods`;

beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
  await create(accounts, { metadata: { name: 'builder' } });
  await api.send('POST', '/api/v1/nodes', { as: 'system', body: { metadata: { name: 'n1' } } });
});
afterAll(() => api.close());

async function create(path: string, body: object) {
  const { status, json } = await api.send('POST', path, { body });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

const request = (name: string, spec: object, more: object = {}) =>
  api.send('POST', `${accounts}/${name}/token`, { body: { spec, ...more } });

async function createPod(name: string, spec: object = {}) {
  const containers = [{ name: 'c', image: 'i' }];
  const { metadata } = await create(pods, {
    metadata: { name },
    spec: { serviceAccountName: 'builder', containers, ...spec },
  });
  return { apiVersion: 'v1', kind: 'Pod', name, uid: metadata.uid };
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

async function userOf(token: string) {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  return (await api.send('POST', path, { token, body: {} })).json.status.userInfo;
}

async function review(token: string, audiences?: readonly string[]) {
  const { json } = await api.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token, ...(audiences && { audiences }) } },
  });
  return json.status;
}

test('is the account’s, for as long and for whom it was asked', async () => {
  const account = (await api.send('GET', `${accounts}/builder`)).json.metadata;
  const { status, json } = await request('builder', { expirationSeconds: 1200 });
  expect(status).toBe(201);
  expect(json).toMatchObject({
    kind: 'TokenRequest',
    metadata: { name: 'builder', namespace: 'ns' },
    spec: { audiences: [apiAudience], expirationSeconds: 1200, boundObjectRef: null },
  });
  const claims = claimsOf(json.status.token);
  expect(claims).toMatchObject({
    iss: 'https://berth.test:6443/clusters/default',
    sub: 'system:serviceaccount:ns:builder',
    aud: [apiAudience],
    'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'builder', uid: account.uid } },
  });
  expect(claims.exp - claims.iat).toBe(1200);
  expect(Date.parse(json.status.expirationTimestamp)).toBe(claims.exp * 1000);
  expect(await userOf(json.status.token)).toEqual({
    username: 'system:serviceaccount:ns:builder',
    uid: account.uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
  });
});

test('for another audience is none of the API server’s, but whoever it is for can have it reviewed', async () => {
  const { json } = await request('builder', { audiences: ['vault', 'other'] });
  const { token } = json.status;
  expect((await api.send('GET', '/api', { token })).status).toBe(401);
  expect(await review(token)).toMatchObject({
    user: {},
    error: expect.stringContaining('token audiences ["vault" "other"] is invalid'),
  });
  expect(await review(token, ['vault', 'third'])).toMatchObject({
    authenticated: true,
    audiences: ['vault'],
    user: { username: 'system:serviceaccount:ns:builder' },
  });
});

test('a cloud that knows the issuer alone can verify it', async () => {
  const { token } = (await request('builder', { audiences: ['sts.cloud.test'] })).json.status;
  // The published URLs begin with the server's name, which a test cannot reach.
  const open = async (url: string) =>
    (await api.send('GET', url.replace('https://berth.test:6443', ''), { as: null })).json;
  const issuer = claimsOf(token).iss;
  const discovery = await open(`${issuer}/.well-known/openid-configuration`);
  expect(discovery.issuer).toBe(issuer);
  const jwks = createLocalJWKSet(await open(discovery.jwks_uri));
  const { payload, protectedHeader } = await jwtVerify(token, jwks, {
    issuer,
    audience: 'sts.cloud.test',
    algorithms: discovery.id_token_signing_alg_values_supported,
  });
  expect([payload.sub, protectedHeader.alg]).toEqual(['system:serviceaccount:ns:builder', 'ES256']);
});

describe('bound to an object', () => {
  test('of a pod, it tells the pod and, once that has one, its node', async () => {
    const reference = await createPod('holder', { nodeName: 'n1' });
    const node = (await api.send('GET', '/api/v1/nodes/n1', { as: 'system' })).json.metadata;
    const { json } = await request('builder', { boundObjectRef: reference });
    const { uid } = reference;
    expect(claimsOf(json.status.token)['kubernetes.io']).toMatchObject({
      namespace: 'ns',
      pod: { name: 'holder', uid },
      node: { name: 'n1', uid: node.uid },
    });
    expect((await userOf(json.status.token)).extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['holder'],
      'authentication.kubernetes.io/pod-uid': [uid],
      'authentication.kubernetes.io/node-name': ['n1'],
      'authentication.kubernetes.io/node-uid': [node.uid],
    });
    const unscheduled = await request('builder', { boundObjectRef: await createPod('waiting') });
    expect(claimsOf(unscheduled.json.status.token)['kubernetes.io'].node).toBeUndefined();
  });

  test('of a pod whose node is gone, it tells the node’s name', async () => {
    const { json } = await request('builder', {
      boundObjectRef: await createPod('lost', { nodeName: 'gone' }),
    });
    expect(claimsOf(json.status.token)['kubernetes.io'].node).toEqual({ name: 'gone' });
    const { extra } = await userOf(json.status.token);
    expect(extra['authentication.kubernetes.io/node-name']).toEqual(['gone']);
    expect(extra['authentication.kubernetes.io/node-uid']).toBeUndefined();
  });

  test('of a node, it ends with that', async () => {
    await api.send('POST', '/api/v1/nodes', { as: 'system', body: { metadata: { name: 'n2' } } });
    const boundObjectRef = { apiVersion: 'v1', kind: 'Node', name: 'n2' };
    const { token } = (await request('builder', { boundObjectRef })).json.status;
    expect((await review(token)).user.extra['authentication.kubernetes.io/node-name']).toEqual(['n2']);
    await api.send('DELETE', '/api/v1/nodes/n2', { as: 'system' });
    expect(await review(token)).toEqual({
      user: {},
      error: '[invalid bearer token, service account token has been invalidated]',
    });
  });

  test.for(['pods', 'secrets'] as const)('of the %s of its namespace, it ends with that', async (plural) => {
    const kind = plural === 'pods' ? 'Pod' : 'Secret';
    if (plural === 'pods') await createPod('ending');
    else await create(`${namespace}/secrets`, { metadata: { name: 'ending' } });
    const boundObjectRef = { apiVersion: 'v1', kind, name: 'ending' };
    const { token } = (await request('builder', { boundObjectRef })).json.status;
    expect((await review(token)).authenticated).toBe(true);
    await api.send('DELETE', `${namespace}/${plural}/ending`, { body: { gracePeriodSeconds: 0 } });
    expect((await review(token)).authenticated).toBeUndefined();
  });

  test.for<readonly [string, object, number, string]>([
    [
      'another uid',
      { name: 'ref', uid: 'other' },
      409,
      'Operation cannot be fulfilled on Pod "ref": the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    ['an object that is not there', { name: 'none' }, 404, 'pods "none" not found'],
    [
      'a pod of another account',
      { name: 'foreign' },
      400,
      'cannot bind token for serviceaccount "builder" to pod running with serviceaccount "default"',
    ],
    [
      'another kind',
      { kind: 'ConfigMap', name: 'x' },
      400,
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
    [
      'another group',
      { apiVersion: 'apps/v1', name: 'ref' },
      400,
      'cannot bind token to object of type apps/v1, Kind=Pod',
    ],
    [
      'a kind by a prototype’s name',
      { kind: 'constructor', name: 'x' },
      400,
      'cannot bind token to object of type /v1, Kind=constructor',
    ],
  ])('%s is refused', async ([, reference, code, message]) => {
    await api.send('POST', pods, {
      body: { metadata: { name: 'foreign' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    });
    if ((await api.send('GET', `${pods}/ref`)).status === 404) await createPod('ref');
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', ...reference };
    expect((await request('builder', { boundObjectRef })).json).toMatchObject({ code, message });
  });
});

test.for([
  [
    { expirationSeconds: 599 },
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
  ],
  [
    { expirationSeconds: 2 ** 32 + 1 },
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
  ],
] as const)('%j is refused', async ([spec, message]) => {
  expect((await request('builder', spec)).json).toMatchObject({ code: 422, message });
});

test('a lifetime beyond a year is shortened, with a warning', async () => {
  const year = 365 * 86_400;
  const answer = await request('builder', { expirationSeconds: year + 1 });
  expect([answer.status, answer.json.spec.expirationSeconds]).toEqual([201, year]);
  expect(answer.headers.get('warning')).toContain(
    `requested expiration of ${year + 1} seconds shortened to ${year} seconds`,
  );
  const { exp, iat } = claimsOf(answer.json.status.token);
  expect(exp - iat).toBe(year);
});

test.for([
  [
    { name: 'other' },
    'metadata.name: Invalid value: "other": must match the service account name if specified',
  ],
  [
    { namespace: 'other' },
    'metadata.namespace: Invalid value: "other": must match the service account namespace if specified',
  ],
] as const)('a body that names another account than its URL is refused: %j', async ([metadata, message]) => {
  const { json } = await request('builder', {}, { metadata });
  expect(json).toMatchObject({
    code: 422,
    message: `TokenRequest.authentication.k8s.io "builder" is invalid: ${message}`,
  });
});

test('of an account that is not there is a 404', async () => {
  expect((await request('nobody', {})).json).toMatchObject({ code: 404 });
});

test('asked for with a token with a scope, it is good for no more than that', async () => {
  const { json } = await api.send('POST', '/apis/access.berth.dev/v1/tokens', {
    body: { metadata: { name: 'narrow' }, spec: { scope: { namespaces: ['ns'], verbs: ['create'] } } },
  });
  const narrow = await api.send('POST', `${accounts}/builder/token`, {
    token: json.status.token,
    body: { spec: {} },
  });
  expect(narrow.status).toBe(201);
  expect(claimsOf(narrow.json.status.token)['berth.dev'].scope).toEqual({
    namespaces: ['ns'],
    verbs: ['create'],
  });
});
