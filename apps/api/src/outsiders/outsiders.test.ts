import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { startOidcProvider } from '../../../../test/support/oidc-provider.ts';
import { type OutsideFixture, startOutsideFixture } from '../../../../test/support/outside-fixture.ts';

let fixture: OutsideFixture;
beforeAll(async () => {
  fixture = await startOutsideFixture();
});
afterAll(() => fixture.close());

/** What was known of the issuers a second ago counts no more after this. */
const settle = (): void => fixture.advance(1_000);

const userOf = async (cluster: string, token: string): Promise<unknown> => {
  const { status, json } = await fixture.whoAmI(cluster, token);
  return status === 201 ? json.status.userInfo.username : status;
};

describe('a token of an outside issuer', () => {
  beforeAll(async () => {
    await fixture.trust({
      spec: {
        claims: [
          {
            match: "claims.repository == 'acme/web'",
            user: 'claims.sub',
            groups: "['deployers']",
            uid: 'claims.repository_id',
            extra: [{ key: 'example.com/ref', valueExpression: 'claims.ref' }],
          },
        ],
      },
    });
    settle();
  });
  const good = { repository: 'acme/web', repository_id: '42', ref: 'refs/heads/main', jti: 'j-1' };

  test('is good in the clusters of the tenant that trusts it, as the user that its rules make', async () => {
    const token = await fixture.token(good);
    for (const cluster of ['acme-prod', 'acme-dev']) {
      const { json } = await fixture.whoAmI(cluster, token);
      expect(json.status.userInfo).toEqual({
        username: 'ci:alice',
        uid: '42',
        groups: ['ci:deployers', 'system:authenticated'],
        extra: {
          'example.com/ref': ['refs/heads/main'],
          'access.berth.dev/issuer': [fixture.provider.issuer],
          'access.berth.dev/trusted-issuer': ['ci'],
          'access.berth.dev/subject': ['alice'],
          'authentication.kubernetes.io/credential-id': ['JTI=j-1'],
        },
      });
    }
  });

  test('may do no more than what its user may', async () => {
    const { status, json } = await fixture.api.send('GET', '/clusters/acme-prod/api/v1/secrets', {
      token: await fixture.token(good),
    });
    expect(status).toBe(403);
    expect(json.message).toBe(
      'secrets is forbidden: User "ci:alice" cannot list resource "secrets" in API group "" at the cluster scope',
    );
  });

  test("is nobody in another tenant's cluster, in the system cluster, where there is no cluster, and without one", async () => {
    const token = await fixture.token(good);
    for (const cluster of ['rival-prod', 'system', 'default', 'no-such-cluster']) {
      expect(await userOf(cluster, token)).toBe(401);
    }
    expect((await fixture.api.send('GET', '/apis', { token })).status).toBe(401);
  });

  test.for<readonly [string, Record<string, unknown>]>([
    ['for another audience', { aud: 'rival' }],
    ['that has expired', { iat: 1, exp: 2 }],
    ['without a subject', { sub: null }],
    ['that no rule maps', { repository: 'acme/other' }],
    ['without the claims that its rules read', { repository: null }],
    ['with a claim of another type', { repository: ['acme/web'] }],
    ['of an issuer that nobody named', { iss: 'https://elsewhere.example.com' }],
  ])('is refused %s', async ([, claims]) => {
    expect(await userOf('acme-prod', await fixture.token({ ...good, ...claims }))).toBe(401);
  });

  test('is refused without a signature, and with a signature of the public key', async () => {
    const token = await fixture.token(good);
    const [, payload = ''] = token.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    expect(await userOf('acme-prod', `${header}.${payload}.`)).toBe(401);
    const [publicJwk] = fixture.provider.publicKeys;
    const confused = await new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
      .setProtectedHeader({ alg: 'HS256', kid: publicJwk?.kid ?? '' })
      .sign(new TextEncoder().encode(JSON.stringify(publicJwk)));
    expect(await userOf('acme-prod', confused)).toBe(401);
  });

  test('cannot be had from an issuer that only says it is the trusted one', async () => {
    const stranger = await startOidcProvider();
    const forged = await stranger.sign({ ...good, aud: 'berth', sub: 'alice', iss: fixture.provider.issuer });
    expect(await userOf('acme-prod', forged)).toBe(401);
    await stranger.close();
  });

  test('cannot take the place of one of the cluster itself', async () => {
    const own = await fixture.api.token('acme-prod');
    const [, payload = ''] = own.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(await userOf('acme-prod', await fixture.token(claims))).toBe(401);
    const berthClaim = await fixture.token({ ...good, 'berth.dev': claims['berth.dev'] });
    expect(await userOf('acme-prod', berthClaim)).toBe('ci:alice');
  });

  test('of 1 MB is refused before it is read', async () => {
    const token = await fixture.token({ ...good, padding: 'x'.repeat(1024 * 1024) });
    const before = fixture.provider.requests.length;
    expect((await fixture.exchange('acme-prod', { subject_token: token })).status).toBe(400);
    expect((await fixture.whoAmI('acme-prod', token)).status).toBe(431);
    expect(fixture.provider.requests).toHaveLength(before);
  });

  test('is told to those who review tokens, for the API server alone', async () => {
    const review = (spec: object) =>
      fixture.api.send('POST', '/clusters/acme-prod/apis/authentication.k8s.io/v1/tokenreviews', {
        as: 'system',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec },
      });
    const token = await fixture.token(good);
    const { json } = await review({ token });
    expect(json.status).toMatchObject({
      authenticated: true,
      user: { username: 'ci:alice' },
      audiences: ['https://kubernetes.default.svc'],
    });
    expect((await review({ token, audiences: ['vault'] })).json.status).toEqual({
      user: {},
      error: '[invalid bearer token, the token is for another audience]',
    });
    expect((await review({ token: await fixture.token({ ...good, aud: 'x' }) })).json.status).toEqual({
      user: {},
      error: '[invalid bearer token, the token is for another audience]',
    });
  });
});

describe('a TrustedIssuer', () => {
  afterEach(async () => {
    for (const name of ['ci', 'other']) await fixture.distrust(name).catch(() => undefined);
  });

  test('counts within a second, as it is now, and ends with it', async () => {
    const token = await fixture.token({ role: 'admin' });
    await fixture.trust({});
    await eventually(
      'the token is good',
      async () => (await userOf('acme-prod', token)) === 'ci:alice',
      1_500,
    );
    await fixture.trust({ spec: { usernamePrefix: 'renamed:' } });
    await eventually(
      'its new prefix',
      async () => (await userOf('acme-prod', token)) === 'renamed:alice',
      1_500,
    );
    await fixture.trust({ spec: { clusters: ['acme-dev'] } });
    await eventually('it is refused', async () => (await userOf('acme-prod', token)) === 401, 1_500);
    expect(await userOf('acme-dev', token)).toBe('ci:alice');
    await fixture.distrust('ci');
    await eventually('it is refused', async () => (await userOf('acme-dev', token)) === 401, 1_500);
  });

  test('beside another of the same issuer is a grant of its own: neither takes the tokens of the other', async () => {
    const only = (team: string) => [{ match: `claims.team == '${team}'`, user: 'claims.sub' }];
    await fixture.trust({ spec: { claims: only('red') } });
    await fixture.trust({ name: 'other', spec: { audiences: ['other'], claims: only('blue') } });
    settle();
    expect(await userOf('acme-prod', await fixture.token({ team: 'red' }))).toBe('ci:alice');
    expect(await userOf('acme-prod', await fixture.token({ team: 'blue', aud: 'other' }))).toBe(
      'other:alice',
    );
    expect(await userOf('acme-prod', await fixture.token({ team: 'blue' }))).toBe(401);
    expect(await userOf('acme-prod', await fixture.token({ team: 'red', aud: 'other' }))).toBe(401);
  });

  test('of a rival who names the same issuer opens nothing but its own clusters', async () => {
    await fixture.trust({ namespace: 'rival', spec: { usernamePrefix: '' } });
    await fixture.trust({ spec: { claims: [{ match: "claims.sub == 'bob'", user: 'claims.sub' }] } });
    settle();
    const token = await fixture.token();
    expect(await userOf('rival-prod', token)).toBe('alice');
    expect(await userOf('acme-prod', token)).toBe(401);
    await fixture.distrust('ci', 'rival');
  });

  test('in namespace default is for the system cluster itself, and for no other', async () => {
    await fixture.trust({ namespace: 'default', name: 'people' });
    settle();
    const token = await fixture.token();
    expect(await userOf('system', token)).toBe('people:alice');
    for (const cluster of ['acme-prod', 'rival-prod', 'default'])
      expect(await userOf(cluster, token)).toBe(401);
    await fixture.distrust('people', 'default');
  });

  test.for([
    ['groups', 'system:masters'],
    ['groups', 'berth:tenant-owners'],
    ['sub', 'system:admin'],
    ['sub', 'system:node:n1'],
  ] as const)('never lends %s %s', async ([claim, name]) => {
    await fixture.trust({
      spec: {
        usernamePrefix: '',
        groupPrefix: '',
        claims: [{ match: 'true', user: 'claims.sub', groups: 'claims.groups' }],
      },
    });
    settle();
    const harmless = { groups: ['dev'] };
    expect(await userOf('acme-prod', await fixture.token(harmless))).toBe('alice');
    const taken = { ...harmless, [claim]: claim === 'groups' ? ['dev', name] : name };
    expect(await userOf('acme-prod', await fixture.token(taken))).toBe(401);
  });

  test('with a scope lends no more than it says', async () => {
    const scope = { namespaces: ['web'], verbs: ['get'] };
    await fixture.trust({ spec: { claims: [{ match: 'true', user: 'claims.sub', scope }] } });
    settle();
    const { json } = await fixture.api.send('GET', '/clusters/acme-prod/api/v1/namespaces/web/pods', {
      token: await fixture.token(),
    });
    expect(json.code).toBe(403);
    expect(json.message).toMatch(/scope/);
  });

  test('whose rules take too long is put off, while those of others go on', async () => {
    const slow = "('a' + claims.text).matches('^(a+)+$')";
    await fixture.trust({ spec: { claims: [{ match: slow, user: 'claims.sub' }] } });
    await fixture.trust({ namespace: 'rival' });
    settle();
    const codes: unknown[] = [];
    for (let i = 0; i < 60 && !codes.includes(429); i += 1) {
      codes.push(await userOf('acme-prod', await fixture.token({ text: `${'a'.repeat(60)}b`, i })));
    }
    expect(new Set(codes)).toEqual(new Set([401, 429]));
    expect(codes[0]).toBe(401);
    expect(await userOf('rival-prod', await fixture.token())).toBe('ci:alice');
    await fixture.distrust('ci', 'rival');
  });
});

test('an issuer at a private address is not called unless the operator allows it', async () => {
  const strict = await fixture.api.another({ issuerNetworks: [] });
  await fixture.trust({});
  const before = fixture.provider.requests.length;
  const { status } = await strict.send('GET', '/clusters/acme-prod/apis', { token: await fixture.token() });
  expect(status).toBe(401);
  expect(fixture.provider.requests).toHaveLength(before);
  await strict.close();
});

describe("an issuer's keys", () => {
  beforeEach(async () => {
    await fixture.trust({});
    settle();
    await eventually(
      'the issuer is known',
      async () => (await userOf('acme-prod', await fixture.token())) === 'ci:alice',
    );
  });
  afterEach(() => {
    fixture.provider.behaviour.discovery = 'right';
    fixture.provider.behaviour.keys = 'right';
  });

  test('are fetched again for a token of a new key, and the old key is good no more', async () => {
    const old = await fixture.token({ jti: 'of the old key' });
    await fixture.provider.rotate();
    fixture.advance(10_001);
    expect(await userOf('acme-prod', await fixture.token())).toBe('ci:alice');
    expect(await userOf('acme-prod', old)).toBe(401);
  });

  test('serve on while the issuer is away, up to a limit', async () => {
    fixture.provider.behaviour.discovery = 'dead';
    fixture.advance(2 * 3_600_000);
    expect(await userOf('acme-prod', await fixture.token())).toBe('ci:alice');
    fixture.advance(6 * 3_600_000);
    expect(await userOf('acme-prod', await fixture.token())).toBe(401);
    fixture.provider.behaviour.discovery = 'right';
    fixture.advance(10_001);
    expect(await userOf('acme-prod', await fixture.token())).toBe('ci:alice');
  });
});
