import { SignJWT, UnsecuredJWT, importJWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { adminSubject, serviceAccountSubject } from './identity.ts';
import { mintToken } from './mint-token.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { apiAudience, berthClaim, nodeAudience } from './token-claims.ts';
import type { TokenErrorCode } from './token-error.ts';
import { verifyToken } from './verify-token.ts';

const now = new Date('2026-01-01T00:00:00Z');
const secondsLater = (seconds: number) => new Date(now.getTime() + seconds * 1000);
let ours: SigningKey;
let theirs: SigningKey;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([generateSigningKey(), generateSigningKey()]);
});

const keysOf = (clusterId: string) =>
  Promise.resolve(clusterId === 'ours' ? [ours] : clusterId === 'theirs' ? [theirs] : []);
const verify = (token: string, at = now) => verifyToken(token, { keysOf, audience: apiAudience, now: at });
const base = () => ({
  clusterId: 'ours',
  issuer: 'https://berth.example/clusters/ours',
  subject: adminSubject(),
  audience: [apiAudience],
  key: ours,
  now,
});

function resign(payload: object, key: SigningKey, header: object = {}) {
  return importJWK(key.privateJwk, 'EdDSA').then((privateKey) =>
    new SignJWT({ ...payload })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, ...header })
      .sign(privateKey),
  );
}

const claims = (cluster: string, more: object = {}) => ({
  sub: 'admin',
  aud: apiAudience,
  exp: now.getTime() / 1000 + 60,
  jti: 'x',
  [berthClaim]: { cluster, groups: ['system:masters'] },
  ...more,
});

test('a minted token proves its subject, cluster and id until it expires', async () => {
  const subject = serviceAccountSubject({ namespace: 'ns', name: 'builder', uid: 'u1' });
  const token = await mintToken({ ...base(), subject, expiresInSeconds: 600, jti: 'id1' });
  await expect(verify(token)).resolves.toEqual({
    identity: {
      clusterId: 'ours',
      username: 'system:serviceaccount:ns:builder',
      uid: 'u1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=id1'] },
      jti: 'id1',
    },
    expiresAt: secondsLater(600),
    audiences: [apiAudience],
    keyId: ours.kid,
    dependencies: [],
  });
});

test('a token tells what it is good for at most, and which objects carry it', async () => {
  const reference = (name: string) => ({ name, uid: `uid-of-${name}` });
  const scope = { namespaces: ['web'], verbs: ['get'] };
  const boundTo = { resource: 'tokens.access.berth.dev', namespace: '', name: 'ci', uid: 'u' };
  const token = await mintToken({
    ...base(),
    scope,
    boundTo,
    claims: {
      'kubernetes.io': {
        namespace: 'ns',
        serviceaccount: reference('sa'),
        pod: reference('p'),
        node: reference('n'),
      },
    },
  });
  const { identity, dependencies } = await verify(token);
  expect(identity.scope).toEqual(scope);
  expect(identity.extra).toEqual({
    'authentication.kubernetes.io/credential-id': [`JTI=${identity.jti}`],
    'authentication.kubernetes.io/pod-name': ['p'],
    'authentication.kubernetes.io/pod-uid': ['uid-of-p'],
    'authentication.kubernetes.io/node-name': ['n'],
    'authentication.kubernetes.io/node-uid': ['uid-of-n'],
  });
  const own = { clusterId: 'ours', namespace: 'ns', graceMs: 60_000 };
  expect(dependencies).toEqual([
    { ...own, resource: 'serviceaccounts', ...reference('sa') },
    { ...own, resource: 'pods', ...reference('p') },
    { clusterId: 'ours', ...boundTo, graceMs: 0 },
  ]);
});

test('a token that is bound to a node alone falls with the node of the fleet', async () => {
  const token = await mintToken({
    ...base(),
    claims: {
      'kubernetes.io': {
        namespace: 'ns',
        serviceaccount: { name: 'sa', uid: 's' },
        node: { name: 'n', uid: 'u' },
      },
    },
  });
  expect((await verify(token)).dependencies[1]).toEqual({
    clusterId: 'system',
    resource: 'nodes',
    namespace: '',
    name: 'n',
    uid: 'u',
    graceMs: 60_000,
  });
});

test('further claims of a request never replace those that the identity rests on', async () => {
  const token = await mintToken({
    ...base(),
    claims: {
      sub: 'root',
      [berthClaim]: { cluster: 'theirs', groups: [] },
      aud: 'elsewhere',
    },
  });
  const { identity } = await verify(token);
  expect(identity).toMatchObject({
    clusterId: 'ours',
    username: 'admin',
    groups: ['system:masters', 'system:authenticated'],
  });
});

const attacks: ReadonlyArray<{
  attack: string;
  code: TokenErrorCode;
  token: () => Promise<string>;
  at?: Date;
}> = [
  { attack: 'no token at all', code: 'malformed', token: async () => '' },
  { attack: 'three dots', code: 'malformed', token: async () => 'a.b.c' },
  {
    attack: 'alg none',
    code: 'wrong-algorithm',
    token: async () => new UnsecuredJWT(claims('ours')).encode(),
  },
  {
    attack: 'HS256 with the public key as the secret',
    code: 'wrong-algorithm',
    token: () =>
      new SignJWT(claims('ours'))
        .setProtectedHeader({ alg: 'HS256', kid: ours.kid })
        .sign(Buffer.from(String(ours.publicJwk.x), 'base64url')),
  },
  {
    attack: 'a changed payload under an old signature',
    code: 'forged',
    token: async () => {
      const [header, , signature] = (await mintToken(base())).split('.');
      const payload = Buffer.from(JSON.stringify(claims('ours', { sub: 'root' }))).toString('base64url');
      return `${header}.${payload}.${signature}`;
    },
  },
  {
    attack: "signed by another cluster's key, naming that key",
    code: 'unknown-key',
    token: () => resign(claims('ours'), theirs),
  },
  {
    attack: "signed by another cluster's key, naming our key",
    code: 'forged',
    token: () => resign(claims('ours'), theirs, { kid: ours.kid }),
  },
  {
    attack: 'a cluster that does not exist',
    code: 'unknown-key',
    token: () => resign(claims('nowhere'), ours),
  },
  {
    attack: 'a header that brings its own key along',
    code: 'forged',
    token: () => resign(claims('ours'), theirs, { kid: ours.kid, jwk: theirs.publicJwk }),
  },
  { attack: 'expired', code: 'expired', token: () => mintToken(base()), at: secondsLater(3600) },
  { attack: 'not valid yet', code: 'not-yet-valid', token: () => mintToken(base()), at: secondsLater(-11) },
  { attack: 'no expiry', code: 'malformed', token: () => resign(claims('ours', { exp: undefined }), ours) },
  { attack: 'no subject', code: 'malformed', token: () => resign(claims('ours', { sub: '' }), ours) },
  { attack: 'no id', code: 'malformed', token: () => resign(claims('ours', { jti: undefined }), ours) },
  {
    attack: 'for another audience',
    code: 'wrong-audience',
    token: () => mintToken({ ...base(), audience: [nodeAudience('n1')] }),
  },
  {
    attack: 'groups that are no list of strings',
    code: 'malformed',
    token: () =>
      resign(claims('ours', { [berthClaim]: { cluster: 'ours', groups: 'system:masters' } }), ours),
  },
  {
    attack: 'a scope with a member that is not known',
    code: 'malformed',
    token: () =>
      resign(
        claims('ours', { [berthClaim]: { cluster: 'ours', groups: [], scope: { resources: ['pods'] } } }),
        ours,
      ),
  },
  {
    attack: 'bound to something without a uid',
    code: 'malformed',
    token: () =>
      resign(claims('ours', { 'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'sa' } } }), ours),
  },
];

describe('a token that proves nothing is refused with its own code', () => {
  test.for(attacks)('$attack → $code', async ({ token, code, at }) => {
    await expect(verify(await token(), at)).rejects.toMatchObject({ name: 'TokenError', code });
  });
});
