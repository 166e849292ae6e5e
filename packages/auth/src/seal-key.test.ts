import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openKey, sealKey } from './seal-key.ts';
import { generateSigningKey } from './signing-key.ts';

const masterKey = randomBytes(32);

test('a sealed key opens for its owner under its master key, and shows nothing of itself', async () => {
  const { privateJwk } = await generateSigningKey();
  const sealed = sealKey(privateJwk, 'a/k1', masterKey);
  expect(openKey(sealed, 'a/k1', masterKey)).toEqual(privateJwk);
  expect(sealed).not.toContain(String(privateJwk.d));
  expect(sealKey(privateJwk, 'a/k1', masterKey)).not.toBe(sealed);
});

const changed = (text: string) => `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`;

test.for([
  { what: 'another owner', owner: 'b/k1', key: masterKey, alter: (text: string) => text },
  { what: 'another master key', owner: 'a/k1', key: randomBytes(32), alter: (text: string) => text },
  { what: 'changed bytes', owner: 'a/k1', key: masterKey, alter: changed },
  {
    what: 'an unknown form',
    owner: 'a/k1',
    key: masterKey,
    alter: (text: string) => text.replace('v1', 'v2'),
  },
  { what: 'nothing', owner: 'a/k1', key: masterKey, alter: () => '' },
  { what: 'a short master key', owner: 'a/k1', key: randomBytes(16), alter: (text: string) => text },
])('a sealed key does not open with $what', async ({ owner, key, alter }) => {
  const sealed = sealKey({ kty: 'OKP', d: 'secret' }, 'a/k1', masterKey);
  expect(() => openKey(alter(sealed), owner, key)).toThrowError(
    expect.objectContaining({ code: 'unsealable' }),
  );
});
