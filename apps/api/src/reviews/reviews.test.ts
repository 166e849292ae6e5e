import { serviceAccountSubject, verifyToken } from '@berth/auth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let account: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
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
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/ns';

/** Gives the account a role of these rules, in its namespace. */
async function grantAccount(name: string, rules: readonly object[]): Promise<void> {
  await api.send('POST', `${rbac}/roles`, { body: { metadata: { name }, rules } });
  await bindAccount(name, name);
}

async function bindAccount(name: string, role: string): Promise<void> {
  const subjects = [{ kind: 'ServiceAccount', name: 'sa' }];
  const body = { metadata: { name }, roleRef: { kind: 'Role', name: role }, subjects };
  await api.send('POST', `${rbac}/rolebindings`, { body });
}

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

describe('SelfSubjectRulesReview lists the rules', () => {
  const path = 'authorization.k8s.io/v1/selfsubjectrulesreviews';
  const listed = async (token?: string, namespace = 'ns') =>
    (await review(path, { spec: { namespace } }, token)).json;

  test('of an administrator', async () => {
    expect((await listed()).status).toEqual({
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    });
  });

  test('of roles that are bound, in the whole cluster and in the namespace', async () => {
    await grantAccount('reader', [
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['x'] },
    ]);
    const { resourceRules, nonResourceRules } = (await listed(account)).status;
    const pod = { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['x'] };
    expect(resourceRules).toEqual(
      expect.arrayContaining([
        pod,
        { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
      ]),
    );
    expect(nonResourceRules).toEqual(
      expect.arrayContaining([
        { verbs: ['get'], nonResourceURLs: expect.arrayContaining(['/api', '/apis/*']) },
      ]),
    );
    expect((await listed(account, 'default')).status.resourceRules).not.toContainEqual(pod);
  });

  test('as far as its roles exist', async () => {
    await bindAccount('lost', 'gone');
    expect((await listed(account)).status).toMatchObject({
      incomplete: true,
      evaluationError: 'role.rbac.authorization.k8s.io "gone" not found',
    });
  });

  test('of one namespace', async () => {
    expect((await review(path, { spec: {} })).json).toMatchObject({
      code: 400,
      message: 'no namespace on request',
    });
  });
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

describe('LocalSubjectAccessReview', () => {
  const path = 'authorization.k8s.io/v1/namespaces/ns/localsubjectaccessreviews';
  const asked = {
    user: 'system:serviceaccount:ns:sa',
    resourceAttributes: { verb: 'list', resource: 'secrets', namespace: 'ns' },
  };

  test('judges in its namespace, for those who may ask there', async () => {
    await grantAccount('asker', [
      { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'] },
      { verbs: ['list'], apiGroups: [''], resources: ['secrets'] },
    ]);
    const { json } = await review(path, { spec: asked }, account);
    expect(json).toMatchObject({
      kind: 'LocalSubjectAccessReview',
      status: {
        allowed: true,
        reason: 'RBAC: allowed by RoleBinding "asker/ns" of Role "asker" to ServiceAccount "sa/ns"',
      },
    });
    const elsewhere = await review(path.replace('/ns/', '/default/'), { spec: asked }, account);
    expect(elsewhere.json.code).toBe(403);
  });

  test.for<readonly [object, string]>([
    [
      { ...asked, resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default' } },
      'spec.resourceAttributes.namespace must match namespace: ns',
    ],
    [
      { user: 'a', nonResourceAttributes: { verb: 'get', path: '/api' } },
      'spec.nonResourceAttributes disallowed on this kind of request',
    ],
  ])('%j is refused', async ([spec, message]) => {
    expect((await review(path, { spec })).json).toMatchObject({ code: 400, message });
  });
});

describe('what a list is restricted to', () => {
  const ask = (resourceAttributes: object) =>
    review(access, {
      spec: { resourceAttributes: { verb: 'list', resource: 'pods', ...resourceAttributes } },
    });

  test('may be said', async () => {
    const labelSelector = { requirements: [{ key: 'app', operator: 'In', values: ['web'] }] };
    const { json } = await ask({ labelSelector, fieldSelector: { rawSelector: 'spec.nodeName=n1' } });
    expect([json.spec.resourceAttributes.labelSelector, json.status.allowed]).toEqual([labelSelector, true]);
  });

  test('is said in one way', async () => {
    const both = { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] };
    expect((await ask({ labelSelector: both })).json.message).toContain(
      'spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements',
    );
    expect((await ask({ fieldSelector: {} })).json.message).toContain(
      'spec.resourceAttributes.fieldSelector.requirements: Required value',
    );
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
