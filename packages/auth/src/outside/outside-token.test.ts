import {
  createLocalJWKSet,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { TokenError } from '../token-error.ts';
import { type OutsideVerification, readUnverified, verifyOutsideToken } from './outside-token.ts';

const issuer = 'https://a.example.com';
const now = new Date('2026-01-01T00:00:00Z');
const nowSeconds = now.getTime() / 1_000;
const claims = { iss: issuer, aud: 'berth', sub: 's', iat: nowSeconds, exp: nowSeconds + 300 };

interface Pair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}
const pairs = new Map<string, Pair>();
const algorithms = ['RS256', 'PS512', 'ES256', 'ES512', 'EdDSA'] as const;
let verify: OutsideVerification['verify'];

beforeAll(async () => {
  for (const algorithm of algorithms) {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    pairs.set(algorithm, { privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid: algorithm } });
  }
  verify = createLocalJWKSet({ keys: [...pairs.values()].map(({ jwk }) => jwk) });
});

const pairOf = (algorithm: string): Pair => {
  const pair = pairs.get(algorithm);
  if (pair === undefined) throw new Error(`no key of ${algorithm}`);
  return pair;
};

interface SignOptions {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: CryptoKey | Uint8Array;
}

async function sign(
  changes: Record<string, unknown> = {},
  { alg = 'ES256', kid = alg, key = pairOf(alg).privateKey }: SignOptions = {},
) {
  const payload = Object.fromEntries(
    Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== null),
  );
  return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key);
}

async function outcome(token: string): Promise<string> {
  const options = {
    verify,
    issuer,
    audiences: ['berth', 'other'],
    clockSkewSeconds: 30,
    maxTokenAgeSeconds: 3_600,
    now,
  };
  try {
    return (await verifyOutsideToken(token, options)).subject;
  } catch (error) {
    return error instanceof TokenError ? `${error.code}: ${error.message}` : String(error);
  }
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test.for(algorithms)('a token signed with %s is good', async (alg) => {
  expect(await outcome(await sign({}, { alg }))).toBe('s');
});

describe('a token is refused', () => {
  test.for<readonly [string, Record<string, unknown>, string]>([
    [
      'of another issuer',
      { iss: 'https://b.example.com' },
      "malformed: the token's claim iss is missing or not as it must be",
    ],
    ['for another audience', { aud: 'elsewhere' }, 'wrong-audience: the token is for another audience'],
    ['for no audience', { aud: null }, 'wrong-audience: the token is for another audience'],
    ['that has expired', { iat: nowSeconds - 600, exp: nowSeconds - 31 }, 'expired: the token has expired'],
    ['that never expires', { exp: null }, "malformed: the token's claim exp is missing or not as it must be"],
    [
      'that expires at no number',
      { exp: 'never' },
      "malformed: the token's claim exp is missing or not as it must be",
    ],
    ['that is not valid yet', { nbf: nowSeconds + 31 }, 'not-yet-valid: the token is not valid yet'],
    ['that was issued in the future', { iat: nowSeconds + 31 }, 'not-yet-valid: the token is not valid yet'],
    ['that is too old', { iat: nowSeconds - 3_631 }, 'expired: the token has expired'],
    [
      'without a time of issue',
      { iat: null },
      "malformed: the token's claim iat is missing or not as it must be",
    ],
    ['without a subject', { sub: null }, "malformed: the token's claim sub is missing or not as it must be"],
    ['with an empty subject', { sub: '' }, 'malformed: the token lacks one of the claims exp, iat and sub'],
    [
      'with a subject that is no text',
      { sub: 7 },
      'malformed: the token lacks one of the claims exp, iat and sub',
    ],
  ])('%s', async ([, changes, message]) => {
    expect(await outcome(await sign(changes))).toBe(message);
  });

  test.for<readonly [string, Record<string, unknown>]>([
    ['one of several audiences', { aud: ['elsewhere', 'other'] }],
    ['a clock that is off by half a minute', { iat: nowSeconds + 30, nbf: nowSeconds + 30 }],
    ['an expiry within the skew', { exp: nowSeconds - 29 }],
  ])('but not for %s', async ([, changes]) => {
    expect(await outcome(await sign(changes))).toBe('s');
  });

  test('that is not signed', async () => {
    const token = `${encoded({ alg: 'none', kid: 'ES256' })}.${encoded(claims)}.`;
    expect(await outcome(token)).toBe(
      'wrong-algorithm: the token is not signed with an algorithm of a public key',
    );
  });

  test("that is signed with the issuer's public key as if it were a secret", async () => {
    const secret = new TextEncoder().encode(await exportSPKI(pairOf('RS256').publicKey));
    const token = await sign({}, { alg: 'HS256', kid: 'RS256', key: secret });
    expect(await outcome(token)).toBe(
      'wrong-algorithm: the token is not signed with an algorithm of a public key',
    );
  });

  test('that names a key and is signed by another', async () => {
    const stranger = await generateKeyPair('ES256');
    expect(await outcome(await sign({}, { alg: 'ES256', key: stranger.privateKey }))).toBe(
      "forged: the token's signature does not match",
    );
    expect(await outcome(await sign({}, { alg: 'ES256', kid: 'unheard-of' }))).toBe(
      'unknown-key: the token is signed with a key that its issuer does not publish',
    );
    expect(await outcome(await sign({}, { alg: 'ES256', kid: 'RS256' }))).toMatch(/^unknown-key/);
  });

  test('whose claims were changed after it was signed', async () => {
    const [head = '', , signature = ''] = (await sign()).split('.');
    expect(await outcome(`${head}.${encoded({ ...claims, sub: 'root' })}.${signature}`)).toBe(
      "forged: the token's signature does not match",
    );
  });

  test('that brings its own key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(publicKey), jku: 'https://evil.example.com' })
      .sign(privateKey);
    expect(await outcome(token)).toMatch(/^(forged|unknown-key)/);
  });
});

test('what a token says of itself is read before anything is proven, if it is short enough', async () => {
  expect(readUnverified(await sign())).toEqual({ issuer, kid: 'ES256' });
  expect(readUnverified(await sign({ iss: null }))).toEqual({ issuer: undefined, kid: 'ES256' });
  const long = await sign({ padding: 'x'.repeat(1024 * 1024) });
  for (const token of [long, '', 'a.b.c', '....', `${encoded([])}.${encoded([])}.`]) {
    expect(() => readUnverified(token)).toThrow(TokenError);
  }
});
