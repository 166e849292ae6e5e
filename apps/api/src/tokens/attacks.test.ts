import { randomBytes } from 'node:crypto';
import { connect, constants } from 'node:http2';
import { apiAudience, type SigningKey, systemClusterId, type TokenAlgorithm } from '@berth/auth';
import {
  CompactSign,
  EncryptJWT,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { selfSignedCertificate } from '../../../../test/support/self-signed.ts';

let api: TestApi;
let certificate: { certificate: string; key: string };
/** What the attacker knows and has: the keys of their own cluster, and the public halves of `default`'s. */
let ours: Record<TokenAlgorithm, SigningKey>;
let neighbours: SigningKey;

const externalUrl = 'https://berth.test:6443';
const formerUrl = 'https://former.test';

beforeAll(async () => {
  certificate = await selfSignedCertificate();
  api = await startTestApi({
    https: { port: 0, host: '127.0.0.1', ...certificate },
    formerExternalUrls: [formerUrl],
  });
  const keyOf = (clusterId: string, algorithm: TokenAlgorithm) =>
    api.keys.signingKey(clusterId, { algorithm });
  ours = { EdDSA: await keyOf('default', 'EdDSA'), ES256: await keyOf('default', 'ES256') };
  neighbours = await keyOf('neighbour', 'EdDSA');
});
afterAll(() => api.close());

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Claims of an administrator of `default`, as its own tokens carry them. */
function claims(more: object = {}): Record<string, unknown> {
  return {
    iss: `${externalUrl}/clusters/default`,
    sub: 'admin',
    aud: [apiAudience],
    iat: nowSeconds(),
    nbf: nowSeconds(),
    exp: nowSeconds() + 600,
    jti: 'j',
    'berth.dev': { cluster: 'default', groups: ['system:masters'] },
    ...more,
  };
}

/** Signs what is given with a key, whatever the header says of it. */
async function signed(payload: object, key: SigningKey, header: object = {}): Promise<string> {
  const alg = String(key.privateJwk.alg);
  const protectedHeader = { alg, kid: key.kid, ...header };
  if (protectedHeader.alg === alg) {
    return new SignJWT({ ...payload })
      .setProtectedHeader(protectedHeader)
      .sign(await importJWK(key.privateJwk, alg));
  }
  // The library does not lie about the algorithm: the signature is made apart.
  const honest = await new SignJWT({ ...payload })
    .setProtectedHeader({ alg, kid: key.kid })
    .sign(await importJWK(key.privateJwk, alg));
  return `${encoded(protectedHeader)}.${honest.split('.').slice(1).join('.')}`;
}

const encoded = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Refused with 401 as a bearer token, and of nobody as a token under review. */
async function expectRefused(token: string): Promise<void> {
  const answer = await api.send('GET', '/api/v1/namespaces', { token });
  expect(answer.json).toMatchObject({ kind: 'Status', code: 401, reason: 'Unauthorized' });
  const { status, json } = await api.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token } },
  });
  expect([status, json.status.authenticated, json.status.user]).toEqual([201, undefined, {}]);
  expect(json.status.error).toMatch(/^\[invalid bearer token, /);
}

test('the claims that the attacks begin from are good where they are signed as they should be', async () => {
  for (const key of Object.values(ours)) {
    const token = await signed(claims(), key);
    expect((await api.send('GET', '/api/v1/namespaces', { token })).status).toBe(200);
  }
});

describe('algorithms', () => {
  test('alg none', async () => {
    await expectRefused(new UnsecuredJWT(claims()).encode());
    for (const alg of ['none', 'None', 'NONE', '']) {
      await expectRefused(`${encoded({ alg, kid: ours.EdDSA.kid })}.${encoded(claims())}.`);
    }
  });

  test('algorithm confusion: HS256 with a public key as the secret', async () => {
    const publicKey = await importJWK({ ...ours.ES256.publicJwk, ext: true }, 'ES256');
    const spki = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey);
    const secrets = [
      Buffer.from(String(ours.EdDSA.publicJwk.x), 'base64url'),
      Buffer.from(String(ours.EdDSA.publicJwk.x)),
      Buffer.from(JSON.stringify(ours.ES256.publicJwk)),
      Buffer.from(spki),
    ];
    for (const secret of secrets) {
      for (const kid of [ours.EdDSA.kid, ours.ES256.kid]) {
        await expectRefused(
          await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid }).sign(secret),
        );
      }
    }
  });

  test('one key named while another one signs: EdDSA for ES256 and the reverse', async () => {
    for (const [signer, named] of [
      [ours.EdDSA, ours.ES256],
      [ours.ES256, ours.EdDSA],
    ] as const) {
      await expectRefused(await signed(claims(), signer, { kid: named.kid }));
      await expectRefused(await signed(claims(), signer, { kid: named.kid, alg: named.privateJwk.alg }));
      await expectRefused(await signed(claims(), signer, { alg: named.privateJwk.alg }));
    }
  });

  test('other algorithms of the same kind of key', async () => {
    for (const alg of ['Ed25519', 'ES384', 'ES512', 'RS256', 'PS256']) {
      await expectRefused(await signed(claims(), ours.EdDSA, { alg }));
      await expectRefused(await signed(claims(), ours.ES256, { alg }));
    }
  });
});

describe('keys', () => {
  test('key confusion across clusters', async () => {
    await expectRefused(await signed(claims(), neighbours));
    await expectRefused(await signed(claims(), neighbours, { kid: ours.EdDSA.kid }));
    const system = { 'berth.dev': { cluster: systemClusterId, groups: ['system:masters'] } };
    await expectRefused(await signed(claims(system), neighbours));
    await expectRefused(await signed(claims(system), ours.EdDSA));
  });

  test.for([
    ['a path', '../../../../dev/null'],
    ['SQL', `' OR '1'='1' --`],
    ['SQL that never returns', `'; select pg_sleep(60); --`],
    ['nothing', ''],
    ['a prototype’s name', '__proto__'],
    ['a constructor', 'constructor'],
    ['a zero byte', 'a\0b'],
    ['a line', 'a\nb'],
    ['a URL', 'https://attacker.test/jwks'],
    ['much', 'k'.repeat(8_000)],
    ['a number', 1],
    ['a list', ['a']],
    ['an object', { toString: 'a' }],
    ['null', null],
  ])('kid injection: %s', async ([, kid]) => {
    await expectRefused(await signed(claims(), neighbours, { kid }));
    await expectRefused(`${encoded({ alg: 'EdDSA', kid })}.${encoded(claims())}.${encoded('signature')}`);
  });

  test('a key that the token itself brings along, or says where to find', async () => {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), alg: 'EdDSA', kid: ours.EdDSA.kid };
    const theirs = { kid: ours.EdDSA.kid, publicJwk: jwk, privateJwk: await exportJWK(privateKey) };
    const signer = { ...theirs, privateJwk: { ...theirs.privateJwk, alg: 'EdDSA' } };
    for (const header of [
      { jwk },
      { jku: 'https://attacker.test/jwks.json' },
      { x5u: 'https://attacker.test/chain.pem' },
      { x5c: [Buffer.from(certificate.certificate).toString('base64')] },
    ]) {
      await expectRefused(await signed(claims(), signer, header));
    }
  });

  test('headers that change how the rest is read', async () => {
    const text = encoded(claims());
    for (const header of [
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
      { crit: [] },
      { b64: false },
      { zip: 'DEF' },
      { enc: 'A256GCM' },
    ]) {
      const head = encoded({ alg: 'EdDSA', kid: ours.EdDSA.kid, ...header });
      await expectRefused(`${head}.${text}.${encoded(randomBytes(64).toString('latin1'))}`);
      const [, payload, signature] = (await signed(claims(), ours.EdDSA)).split('.');
      await expectRefused(`${head}.${payload}.${signature}`);
    }
  });
});

describe('claims', () => {
  test('expired', async () => {
    await expectRefused(await signed(claims({ exp: nowSeconds() - 1 }), ours.EdDSA));
    await expectRefused(await signed(claims({ exp: nowSeconds() }), ours.EdDSA));
    await expectRefused(await signed(claims({ exp: undefined }), ours.EdDSA));
  });

  test('not yet valid', async () => {
    await expectRefused(await signed(claims({ nbf: nowSeconds() + 60 }), ours.EdDSA));
  });

  test('wrong audience', async () => {
    for (const aud of ['vault', ['vault'], [], '', undefined, 1, { aud: apiAudience }, [[apiAudience]]]) {
      await expectRefused(await signed(claims({ aud }), ours.EdDSA));
    }
  });

  test('wrong issuer: another server, another cluster of this one, or none', async () => {
    for (const iss of [
      'https://attacker.test/clusters/default',
      `${externalUrl}/clusters/neighbour`,
      `${externalUrl}/clusters/default/`,
      externalUrl,
      '',
      undefined,
      [`${externalUrl}/clusters/default`],
    ]) {
      await expectRefused(await signed(claims({ iss }), ours.EdDSA));
    }
  });

  test('an issuer that this server had before is no wrong one', async () => {
    const token = await signed(claims({ iss: `${formerUrl}/clusters/default` }), ours.EdDSA);
    expect((await api.send('GET', '/api/v1/namespaces', { token })).status).toBe(200);
    await expectRefused(await signed(claims({ iss: `${formerUrl}/clusters/neighbour` }), ours.EdDSA));
  });

  test.for<readonly [string, object]>([
    ['a number as subject', { sub: 0 }],
    ['a list as subject', { sub: ['admin'] }],
    ['no subject', { sub: '' }],
    ['a number as id', { jti: 7 }],
    ['no id', { jti: undefined }],
    ['an expiry in words', { exp: '9999999999' }],
    ['an expiry beyond all numbers', { exp: 1e300 }],
    ['a start in words', { nbf: 'now' }],
    ['groups that are no list', { 'berth.dev': { cluster: 'default', groups: 'system:masters' } }],
    ['groups in groups', { 'berth.dev': { cluster: 'default', groups: [['system:masters']] } }],
    ['no groups', { 'berth.dev': { cluster: 'default' } }],
    ['no cluster', { 'berth.dev': { groups: [] } }],
    ['clusters', { 'berth.dev': { cluster: ['default', 'system'], groups: [] } }],
    ['a path as cluster', { 'berth.dev': { cluster: 'default/../system', groups: [] } }],
    ['SQL as cluster', { 'berth.dev': { cluster: `default' OR '1'='1`, groups: [] } }],
    ['a zero byte in the cluster', { 'berth.dev': { cluster: 'default\0', groups: [] } }],
    ['a prototype as cluster', { 'berth.dev': { cluster: '__proto__', groups: [] } }],
    ['another spelling of the cluster', { 'berth.dev': { cluster: 'Default', groups: [] } }],
    ['a scope that cannot be read', { 'berth.dev': { cluster: 'default', groups: [], scope: 'all' } }],
    ['an account without a uid', { 'kubernetes.io': { namespace: 'a', serviceaccount: { name: 'b' } } }],
  ])('claims of another type: %s', async ([, more]) => {
    await expectRefused(await signed(claims(more), ours.EdDSA));
  });

  test('duplicate claims: the last one counts, for the key as for the identity', async () => {
    const twice = (first: string, last: string) =>
      JSON.stringify(claims()).replace(
        '"berth.dev":{"cluster":"default"',
        `"berth.dev":{"cluster":"${first}","groups":["system:masters"]},"berth.dev":{"cluster":"${last}"`,
      );
    const sign = async (payload: string, key: SigningKey) => {
      return new CompactSign(Buffer.from(payload))
        .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
        .sign(await importJWK(key.privateJwk, 'EdDSA'));
    };
    await expectRefused(await sign(twice('neighbour', 'default'), neighbours));
    await expectRefused(await sign(twice('default', 'system'), ours.EdDSA));
    const own = await sign(twice('system', 'default'), ours.EdDSA);
    expect((await api.send('GET', '/clusters/system/api/v1/nodes', { token: own })).status).toBe(403);
    const header = `{"alg":"none","alg":"EdDSA","kid":"${ours.EdDSA.kid}","kid":"${neighbours.kid}"}`;
    await expectRefused(`${encoded(header)}.${encoded(claims())}.${encoded('x')}`);
  });

  test('nested and encrypted tokens', async () => {
    const inner = await signed(claims(), ours.EdDSA);
    const head = encoded({ alg: 'EdDSA', kid: ours.EdDSA.kid, cty: 'JWT' });
    await expectRefused(`${head}.${encoded(inner)}.${inner.split('.')[2]}`);
    await expectRefused(`${inner}.${inner}`);
    const encrypted = await new EncryptJWT(claims())
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: ours.EdDSA.kid })
      .encrypt(randomBytes(32));
    await expectRefused(encrypted);
  });
});

describe('whole tokens', () => {
  test('truncated', async () => {
    const token = await signed(claims(), ours.EdDSA);
    const cuts = [
      1,
      10,
      token.indexOf('.'),
      token.indexOf('.') + 1,
      token.lastIndexOf('.'),
      token.length - 2,
    ];
    for (const cut of cuts) {
      await expectRefused(token.slice(0, cut));
      await expectRefused(token.slice(cut));
    }
  });

  test('replayed after revocation, at another process than the one that was told', async () => {
    const other = await api.another({ https: { port: 0, host: '127.0.0.1', ...certificate } });
    try {
      const tokens = '/apis/access.berth.dev/v1/tokens';
      const { json } = await api.send('POST', tokens, { body: { metadata: { name: 'stolen' }, spec: {} } });
      const { token } = json.status;
      const code = async () => (await other.send('GET', '/api/v1/namespaces', { token })).status;
      expect(await code()).toBe(200);
      await api.send('DELETE', `${tokens}/stolen`);
      await eventually('the other process refuses it', async () => (await code()) === 401, 1_000);
      await expectRefused(token);
    } finally {
      await other.close();
    }
  });

  test('1 MB in the Authorization header is refused before it is read as a token', async () => {
    const token = `${encoded({ alg: 'EdDSA', kid: ours.EdDSA.kid })}.${'A'.repeat(1_000_000)}.A`;
    const answer = await fetch(`${api.url}/api`, { headers: { authorization: `Bearer ${token}` } }).then(
      ({ status }) => status,
      // The server closes the connection while the header is still being sent.
      () => 'closed',
    );
    expect([431, 'closed']).toContain(answer);
    expect(await overHttp2(token)).not.toBe(200);
    expect((await api.send('GET', '/version', { as: null })).status).toBe(200);
  });

  test('a token that is longer than any is refused, and what fits a header all the same', async () => {
    const long = await signed(claims({ padding: 'x'.repeat(13_000) }), ours.EdDSA);
    expect(long.length).toBeGreaterThan(16_384);
    expect(await overHttp2(long)).toBe(401);
    const { json } = await api.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      body: { spec: { token: long } },
    });
    expect(json.status).toEqual({ user: {}, error: '[invalid bearer token, the token is too long]' });
  });

  test('1 MB under review is refused, and 4 MB is no review any more', async () => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const review = (megabytes: number) =>
      api.send('POST', path, { body: { spec: { token: 'A'.repeat(megabytes * 1_000_000) } } });
    expect((await review(1)).json.status).toEqual({
      user: {},
      error: '[invalid bearer token, the token is too long]',
    });
    expect((await review(4)).json).toMatchObject({ code: 413 });
  });
});

/** The status of a request over HTTP/2, where the client does not mind how large its headers are; 0 if it gets none. */
function overHttp2(token: string): Promise<number> {
  return new Promise((resolve) => {
    const session = connect(api.httpsUrl, {
      ca: certificate.certificate,
      servername: 'localhost',
      maxSendHeaderBlockLength: 4_000_000,
    });
    session.on('error', () => resolve(0));
    const request = session.request({
      ':path': '/api/v1/namespaces',
      authorization: `Bearer ${token}`,
    });
    request.on('response', (headers) => {
      resolve(Number(headers[constants.HTTP2_HEADER_STATUS]));
      session.destroy();
    });
    request.on('error', () => resolve(0));
    request.on('close', () => resolve(0));
    request.end();
  });
}

describe('good tokens in the wrong place', () => {
  test('a service account of one cluster at its neighbour', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
    await api.send('POST', accounts, { body: { metadata: { name: 'robot' } } });
    const { json } = await api.send('POST', `${accounts}/robot/token`, { body: { spec: {} } });
    const { token } = json.status;
    expect((await api.send('GET', '/apis', { token })).status).toBe(200);
    for (const path of ['/apis', '/api/v1/namespaces', `${accounts}/robot`, '/openapi/v3']) {
      const answer = await api.send('GET', `/clusters/neighbour${path}`, { token });
      expect(answer.json).toMatchObject({ code: 403, reason: 'Forbidden' });
    }
    const review = await api.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      as: 'neighbour',
      body: { spec: { token } },
    });
    expect(review.json.status.authenticated).toBeUndefined();
  });

  test("a tenant's cluster-admin at the system cluster", async () => {
    const token = await api.token('default');
    expect((await api.send('GET', '/api/v1/secrets', { token })).status).toBe(200);
    for (const [method, path] of [
      ['GET', '/api/v1/secrets'],
      ['GET', '/apis/platform.berth.dev/v1/tenants'],
      ['POST', '/apis/platform.berth.dev/v1/tenants'],
      ['POST', '/apis/access.berth.dev/v1/tokens'],
      ['GET', '/apis'],
      ['DELETE', '/api/v1/nodes/n1'],
      ['GET', '/clusters/neighbour/api'],
    ] as const) {
      const target = path.startsWith('/clusters/') ? path : `/clusters/system${path}`;
      const answer = await api.send(method, target, { token, ...(method === 'POST' && { body: {} }) });
      expect([method, path, answer.json.code]).toEqual([method, path, 403]);
    }
  });
});
