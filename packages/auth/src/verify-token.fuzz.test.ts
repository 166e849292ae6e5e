import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { adminSubject } from './identity.ts';
import { mintToken } from './mint-token.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { apiAudience } from './token-claims.ts';
import { verifyToken } from './verify-token.ts';

const now = new Date('2026-01-01T00:00:00Z');
let key: SigningKey;
let good: string;

beforeAll(async () => {
  key = await generateSigningKey('ES256');
  good = await mintToken({
    clusterId: 'ours',
    issuer: 'https://x/clusters/ours',
    subject: adminSubject(),
    audience: [apiAudience],
    key,
    now,
  });
});

const verify = (token: string) =>
  verifyToken(token, {
    keysOf: async (clusterId) => (clusterId === 'ours' ? [key] : []),
    audience: apiAudience,
    issuersOf: (clusterId) => [`https://x/clusters/${clusterId}`],
    now,
  });

const refusal = { name: 'TokenError', code: expect.any(String) };

test('whatever comes as a token is refused as one, and nothing else happens', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.constantFrom('', 'null', 'e30', 'bnVsbA'),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (token) => {
      await expect(verify(token)).rejects.toMatchObject(refusal);
    }),
  );
});

test('any header and claims under an old signature are refused', async () => {
  const header = fc.record(
    {
      alg: fc.oneof(fc.constantFrom('EdDSA', 'ES256', 'none', 'HS256'), fc.anything()),
      kid: fc.oneof(fc.constant(''), fc.string(), fc.anything()),
      crit: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
  await fc.assert(
    fc.asyncProperty(header, fc.anything(), async (head, claims) => {
      const [ownHead = '', ownClaims = '', signature = ''] = good.split('.');
      const named = { ...head, ...(head.kid === '' && { kid: key.kid }) };
      await expect(verify(`${encoded(named)}.${ownClaims}.${signature}`)).rejects.toMatchObject(refusal);
      await expect(verify(`${ownHead}.${encoded(claims)}.${signature}`)).rejects.toMatchObject(refusal);
    }),
  );
});

test('a token in which anything but its last bits is changed is refused', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(...alphabet.split('')), async (position, letter) => {
      // The last character of the signature carries bits that no decoder reads.
      const place = position % (good.length - 1);
      if (good[place] === letter) return;
      const changed = good.slice(0, place) + letter + good.slice(place + 1);
      await expect(verify(changed)).rejects.toMatchObject(refusal);
    }),
  );
  await expect(verify(good)).resolves.toMatchObject({ identity: { username: 'admin' } });
});
