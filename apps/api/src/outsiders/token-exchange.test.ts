import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import {
  exchangeForm,
  type OutsideFixture,
  startOutsideFixture,
} from '../../../../test/support/outside-fixture.ts';

let fixture: OutsideFixture;
beforeAll(async () => {
  fixture = await startOutsideFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  await fixture.trust({
    spec: { claims: [{ match: 'true', user: 'claims.sub', groups: "['dev']", uid: "'u-1'" }] },
  });
  // What was asked of the issuers before, and how often, is long ago.
  fixture.advance(60_000);
});

const exchange = async (form: Record<string, string> = {}, cluster = 'acme-prod') =>
  fixture.exchange(cluster, { ...exchangeForm, subject_token: await fixture.token(), ...form });

test('a token from outside is exchanged for a short-lived one of the cluster', async () => {
  const { status, headers, json } = await exchange();
  expect(status).toBe(200);
  expect(json).toEqual({
    access_token: expect.any(String),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: expect.closeTo(600, -1.2),
  });
  expect(headers.get('cache-control')).toBe('no-store');
  const { iat = 0, exp = 0, iss } = decodeJwt(json.access_token);
  expect({ iss, lifetime: exp - iat }).toEqual({
    iss: 'https://berth.test:6443/clusters/acme-prod',
    lifetime: json.expires_in,
  });
  const who = await fixture.whoAmI('acme-prod', json.access_token);
  expect(who.json.status.userInfo).toMatchObject({
    username: 'ci:alice',
    uid: 'u-1',
    groups: ['ci:dev', 'system:authenticated'],
    extra: { 'access.berth.dev/subject': ['alice'] },
  });
  expect((await fixture.whoAmI('acme-dev', json.access_token)).status).toBe(403);
});

test.for([
  [30, 30],
  [3_600, 900],
] as const)('a token that is good for %i s yields one for %i s', async ([left, expected]) => {
  const exp = Math.floor(fixture.now().getTime() / 1_000) + left;
  const { json } = await exchange({ subject_token: await fixture.token({ exp }) });
  expect(json.expires_in).toBeLessThanOrEqual(expected);
  expect(json.expires_in).toBeGreaterThan(expected - 5);
});

test('a token that is only good by the skew of clocks yields none', async () => {
  const nowSeconds = Math.floor(fixture.now().getTime() / 1_000);
  const subject_token = await fixture.token({ iat: nowSeconds - 600, exp: nowSeconds - 5 });
  expect((await fixture.whoAmI('acme-prod', subject_token)).status).toBe(201);
  expect((await exchange({ subject_token })).json).toEqual({
    error: 'invalid_request',
    error_description: 'subject_token has expired',
  });
});

test('its scope is what the rules and the request have in common, and is said', async () => {
  const scope = { namespaces: ['web', 'api'], verbs: ['get', 'list'] };
  await fixture.trust({ spec: { claims: [{ match: 'true', user: 'claims.sub', scope }] } });
  fixture.advance(1_000);
  const { json } = await exchange({ scope: 'namespace:web namespace:other verb:*' });
  expect(json.scope).toBe('namespace:web verb:get verb:list');
  const list = await fixture.api.send('GET', '/clusters/acme-prod/api/v1/namespaces/api/pods', {
    token: json.access_token,
  });
  expect(list.json).toMatchObject({ code: 403, message: expect.stringContaining('scope') });
});

test('the audit log says to whom a token was given, and holds neither of the two', async () => {
  const subject_token = await fixture.token({ sub: 'auditor' });
  const { json } = await exchange({ subject_token });
  const events = await fixture.api.send(
    'GET',
    '/clusters/acme-prod/apis/audit.berth.dev/v1/events?fieldSelector=user.username%3Dci%3Aauditor',
    { as: 'system' },
  );
  expect(events.json.items).toMatchObject([
    { verb: 'post', user: { username: 'ci:auditor' }, responseStatus: { code: 200 } },
  ]);
  for (const token of [subject_token, json.access_token]) expect(events.text).not.toContain(token);
});

test('a token that was exchanged ends with its TrustedIssuer', async () => {
  const { json } = await exchange();
  expect((await fixture.whoAmI('acme-prod', json.access_token)).status).toBe(201);
  await fixture.distrust('ci');
  await eventually(
    'the token is refused',
    async () => (await fixture.whoAmI('acme-prod', json.access_token)).status === 401,
    1_500,
  );
});

describe('a request is refused as OAuth 2.0 says', () => {
  const types = ['jwt', 'id_token', 'access_token'].map((type) => `urn:ietf:params:oauth:token-type:${type}`);
  test.for<readonly [Record<string, string>, string, string]>([
    [{ grant_type: '' }, 'invalid_request', 'grant_type is missing'],
    [
      { grant_type: 'password' },
      'unsupported_grant_type',
      'the only grant_type is urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    [{ subject_token: '' }, 'invalid_request', 'subject_token is missing'],
    [
      { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request',
      `subject_token_type must be one of ${types.join(', ')}`,
    ],
    [
      { requested_token_type: types[1] ?? '' },
      'invalid_request',
      `requested_token_type must be one of ${types[2]}, ${types[0]}`,
    ],
    [{ actor_token: 'x' }, 'invalid_request', 'actor_token is not supported'],
    [
      { audience: 'https://elsewhere.example.com' },
      'invalid_target',
      'tokens are for https://berth.test:6443/clusters/acme-prod alone',
    ],
    [
      { resource: 'https://berth.test:6443/clusters/acme-dev' },
      'invalid_target',
      'tokens are for https://berth.test:6443/clusters/acme-prod alone',
    ],
    [{ scope: 'openid' }, 'invalid_scope', 'a scope is namespace:<name> or verb:<verb>'],
    [{ subject_token: 'x' }, 'invalid_request', 'subject_token is not of an issuer that this cluster trusts'],
  ])('%j', async ([form, error, description]) => {
    const { status, headers, json } = await exchange(form);
    expect(status).toBe(400);
    expect(json).toEqual({ error, error_description: description });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('with a parameter twice, of another media type, without a body, or too large', async () => {
    const twice = `${new URLSearchParams(exchangeForm).toString()}&subject_token=a&subject_token=b`;
    expect((await fixture.exchange('acme-prod', twice)).json.error_description).toBe(
      'subject_token is given more than once',
    );
    expect((await exchange({ padding: 'x'.repeat(65_536) })).json.error_description).toBe(
      'the body must have a length of at most 65536 bytes',
    );
    const json = await fixture.api.send('POST', '/clusters/acme-prod/oauth/token', { as: null, body: {} });
    expect(json.json.error_description).toBe('the body must be application/x-www-form-urlencoded');
  });

  test.for<readonly [string, Record<string, unknown>, string]>([
    ['for another audience', { aud: 'x' }, 'the token is for another audience'],
    ['that has expired', { iat: 1, exp: 2 }, 'the token has expired'],
  ])('a token %s', async ([, claims, description]) => {
    const { status, json } = await exchange({ subject_token: await fixture.token(claims) });
    expect(status).toBe(400);
    expect(json).toEqual({ error: 'invalid_request', error_description: description });
  });

  test("the token of another tenant's issuer, where there is no cluster, and in the system cluster", async () => {
    for (const cluster of ['rival-prod', 'no-such-cluster', 'system']) {
      expect((await exchange({}, cluster)).json).toEqual({
        error: 'invalid_request',
        error_description: 'subject_token is not of an issuer that this cluster trusts',
      });
    }
  });

  test("a token of Berth's own", async () => {
    const { status, json } = await exchange({ subject_token: await fixture.api.token('acme-prod') });
    expect(status).toBe(400);
    expect(json.error).toBe('invalid_request');
  });
});

test('who asks too often is put off, without a look at the token', async () => {
  fixture.stopClock();
  const asked = await Promise.all(
    Array.from({ length: 40 }, () => fixture.exchange('acme-dev', { ...exchangeForm, subject_token: 'x' })),
  );
  const refused = asked.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(5);
  expect(refused[0]?.json).toEqual({
    error: 'temporarily_unavailable',
    error_description: 'too many requests',
  });
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('who asks for many clusters is put off, too', async () => {
  fixture.stopClock();
  const codes = await Promise.all(
    Array.from(
      { length: 300 },
      async (_, i) => (await fixture.exchange(`cluster-${i}`, exchangeForm)).status,
    ),
  );
  expect(new Set(codes)).toEqual(new Set([400, 429]));
});

test('the discovery document leads to it', async () => {
  const { json } = await fixture.api.send('GET', '/clusters/acme-prod/.well-known/openid-configuration', {
    as: null,
  });
  expect(json).toMatchObject({
    token_endpoint: 'https://berth.test:6443/clusters/acme-prod/oauth/token',
    grant_types_supported: [exchangeForm.grant_type],
    token_endpoint_auth_methods_supported: ['none'],
  });
});

test('other methods need a token', async () => {
  const { status } = await fixture.api.send('GET', '/clusters/acme-prod/oauth/token', { as: null });
  expect(status).toBe(401);
});
