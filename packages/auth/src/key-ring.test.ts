import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { adminSubject } from './identity.ts';
import { createKeyRing, type SealedSigningKey } from './key-ring.ts';
import { fixedMasterKeys } from './master-keys.ts';
import { mintToken } from './mint-token.ts';
import { verifyToken } from './verify-token.ts';

function memoryStore() {
  const rows = new Map<string, SealedSigningKey[]>();
  return {
    rows,
    list: async (clusterId: string) => rows.get(clusterId) ?? [],
    insert: async (clusterId: string, key: SealedSigningKey) => {
      rows.set(clusterId, [...(rows.get(clusterId) ?? []), key]);
    },
  };
}

test("a cluster's first token makes its key, and later rings open the same one", async () => {
  const store = memoryStore();
  const masterKeys = fixedMasterKeys(randomBytes(32));
  const now = new Date('2026-01-01T00:00:00Z');
  const key = await createKeyRing(store, masterKeys).signingKey('a');
  const again = createKeyRing(store, masterKeys);
  expect((await again.signingKey('a')).kid).toBe(key.kid);
  expect(JSON.stringify([...store.rows])).not.toContain(String(key.privateJwk.d));
  const token = await mintToken({
    clusterId: 'a',
    issuer: 'https://x',
    subject: adminSubject(),
    audience: ['y'],
    key: await again.signingKey('a'),
    now,
  });
  const { identity } = await verifyToken(token, {
    keysOf: (id) => again.verificationKeys(id),
    audience: 'y',
    now,
  });
  expect(identity.clusterId).toBe('a');
  await expect(again.verificationKeys('b')).resolves.toEqual([]);
});

test("a key that was moved to another cluster's row does not sign there", async () => {
  const store = memoryStore();
  const ring = createKeyRing(store, fixedMasterKeys(randomBytes(32)));
  await ring.signingKey('a');
  store.rows.set('b', store.rows.get('a') ?? []);
  await expect(ring.signingKey('b')).rejects.toMatchObject({ code: 'unsealable' });
});
