import { serviceAccountSubject, verifyToken } from '@berth/auth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let account: string;
beforeAll(async () => {
  api = await startTestApi();
  account = await api.token('default', {
    subject: serviceAccountSubject({ namespace: 'ns', name: 'sa', uid: 'u1' }),
  });
});
afterAll(() => api.close());

const review = (path: string, body: object, token?: string) =>
  api.send('POST', `/apis/${path}`, { body, ...(token !== undefined && { token }) });

test('SelfSubjectReview says who asks', async () => {
  const { status, json } = await review('authentication.k8s.io/v1/selfsubjectreviews', {}, account);
  expect([status, json]).toEqual([
    201,
    {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: expect.any(Object),
      status: {
        userInfo: {
          username: 'system:serviceaccount:ns:sa',
          uid: 'u1',
          groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
          extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
        },
      },
    },
  ]);
});

const access = 'authorization.k8s.io/v1/selfsubjectaccessreviews';

describe('SelfSubjectAccessReview says what authorize would', () => {
  test.for([
    ['admin', { resourceAttributes: { verb: 'delete', resource: 'pods', namespace: 'x' } }, true],
    ['account', { resourceAttributes: { verb: 'delete', resource: 'pods', namespace: 'x' } }, false],
    ['account', { nonResourceAttributes: { verb: 'get', path: '/api' } }, true],
    ['account', { nonResourceAttributes: { verb: 'get', path: '/metrics' } }, false],
  ] as const)('%s %j → %s', async ([who, spec, allowed]) => {
    const { json } = await review(access, { spec }, who === 'account' ? account : undefined);
    expect(json).toMatchObject({ kind: 'SelfSubjectAccessReview', spec, status: { allowed } });
  });

  test.for([{}, { resourceAttributes: {}, nonResourceAttributes: {} }])('%j is refused', async (spec) => {
    expect((await review(access, { spec })).json).toMatchObject({ code: 422, reason: 'Invalid' });
  });
});

test('SelfSubjectRulesReview lists the rules', async () => {
  const path = 'authorization.k8s.io/v1/selfsubjectrulesreviews';
  const admin = await review(path, { spec: { namespace: 'x' } });
  expect(admin.json.status.resourceRules).toEqual([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);
  const limited = await review(path, { spec: { namespace: 'x' } }, account);
  expect(limited.json.status.resourceRules[0].verbs).toEqual(['create']);
});

describe('TokenReview', () => {
  const path = 'authentication.k8s.io/v1/tokenreviews';

  test('names the user of a good token', async () => {
    expect((await review(path, { spec: { token: account } })).json.status).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:ns:sa', uid: 'u1' },
      audiences: ['https://kubernetes.default.svc'],
    });
  });

  test('knows no user of another cluster’s token, nor of one for another audience', async () => {
    const neighbours = await api.token('neighbour');
    expect((await review(path, { spec: { token: neighbours } })).json.status).toMatchObject({
      user: {},
      error: expect.any(String),
    });
    const other = await review(path, { spec: { token: account, audiences: ['vault'] } });
    expect(other.json.status).toEqual({
      user: {},
      error:
        '[invalid bearer token, token audiences ["https://kubernetes.default.svc"] is invalid for the target audiences ["vault"]]',
    });
  });

  test('names the audiences that were asked for and that the token is for', async () => {
    const audiences = ['vault', 'https://kubernetes.default.svc'];
    const { json } = await review(path, { spec: { token: account, audiences } });
    expect(json.status).toMatchObject({
      authenticated: true,
      audiences: ['https://kubernetes.default.svc'],
    });
  });

  test('needs a token', async () => {
    expect((await review(path, { spec: { token: '' } })).json).toMatchObject({
      code: 400,
      message: 'token is required for TokenReview in authentication',
    });
  });

  test('is the administrators’ to ask', async () => {
    expect((await review(path, { spec: { token: account } }, account)).json).toMatchObject({ code: 403 });
  });
});

describe('SubjectAccessReview', () => {
  const ask = (spec: object) => review('authorization.k8s.io/v1/subjectaccessreviews', { spec });
  const resourceAttributes = { verb: 'list', resource: 'pods' };

  test('judges the subject that it names', async () => {
    const masters = await ask({ user: 'a', groups: ['system:masters'], resourceAttributes });
    expect(masters.json.status.allowed).toBe(true);
    expect((await ask({ user: 'a', resourceAttributes })).json.status).toEqual({ allowed: false });
  });

  test('needs a subject', async () => {
    expect((await ask({ resourceAttributes })).json).toMatchObject({ code: 422, reason: 'Invalid' });
  });
});

test('reviews cannot be listed', async () => {
  expect((await api.send('GET', `/apis/${access}`)).json).toMatchObject({ code: 405 });
});

test('a cluster publishes the keys of its tokens, and no more of them', async () => {
  const issuer = 'https://berth.test:6443/clusters/default';
  const discovery = (
    await api.send('GET', '/clusters/default/.well-known/openid-configuration', { as: null })
  ).json;
  expect(discovery).toMatchObject({
    issuer,
    jwks_uri: `${issuer}/openid/v1/jwks`,
    id_token_signing_alg_values_supported: ['EdDSA', 'ES256'],
  });
  const jwks = await api.send('GET', '/clusters/default/openid/v1/jwks', { as: null });
  expect(jwks.headers.get('content-type')).toBe('application/jwk-set+json');
  const [key] = jwks.json.keys;
  expect(key).toMatchObject({
    kty: 'OKP',
    crv: 'Ed25519',
    alg: 'EdDSA',
    use: 'sig',
    kid: expect.any(String),
  });
  expect(key.d).toBeUndefined();
  const keysOf = async () => [{ kid: key.kid, publicJwk: key }];
  const { identity } = await verifyToken(account, {
    keysOf,
    audience: 'https://kubernetes.default.svc',
    now: new Date(),
  });
  expect(identity.username).toBe('system:serviceaccount:ns:sa');
});
