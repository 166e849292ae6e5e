import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { adminSubject } from './identity.ts';
import { issueToken } from './issue-token.ts';
import { createKeyRing, type SealedKeyStore, type SealedSigningKey } from './key-ring.ts';
import { fixedMasterKeys } from './master-keys.ts';
import { apiAudience } from './token-claims.ts';
import { verifyToken } from './verify-token.ts';

const start = new Date('2026-01-01T00:00:00Z');
const minutesLater = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const rotation = { rotateAfterMs: 0, publishedForMs: 10 * 60_000 };

function memoryStore(): SealedKeyStore & { readonly rows: Map<string, SealedSigningKey[]> } {
  const rows = new Map<string, SealedSigningKey[]>();
  const of = (clusterId: string) => rows.get(clusterId) ?? [];
  return {
    rows,
    list: async (clusterId) => of(clusterId),
    listPublic: async (clusterId) => of(clusterId),
    insert: async (clusterId, key) => rows.set(clusterId, [...of(clusterId), key]),
    remove: async (clusterId, keyId) =>
      rows.set(
        clusterId,
        of(clusterId).filter((key) => key.keyId !== keyId),
      ),
    async extendUse(clusterId, keyId, usedUntil) {
      const isThere = of(clusterId).some((key) => key.keyId === keyId);
      rows.set(
        clusterId,
        of(clusterId).map((key) => (key.keyId === keyId ? { ...key, usedUntil } : key)),
      );
      return isThere;
    },
  };
}

function fixture() {
  const store = memoryStore();
  const masterKeys = fixedMasterKeys(randomBytes(32));
  let now = start;
  const ring = createKeyRing(store, masterKeys, () => now);
  return {
    store,
    ring,
    setMinute: (minute: number) => (now = minutesLater(minute)),
    issue: async (audience = [apiAudience], expiresInSeconds = 600) => {
      const request = { clusterId: 'a', issuer: 'https://x', subject: adminSubject(), audience, now };
      return (await issueToken(ring, { ...request, expiresInSeconds })).token;
    },
    verify: (token: string, audience = apiAudience) =>
      verifyToken(token, { keysOf: (id) => ring.verificationKeys(id), audience, now }),
    again: () => createKeyRing(store, masterKeys, () => now),
  };
}

test("a cluster's first token makes its key, which rests sealed, and later rings open the same one", async () => {
  const { store, ring, again, issue, verify } = fixture();
  const key = await ring.signingKey('a');
  expect((await again().signingKey('a')).kid).toBe(key.kid);
  expect(JSON.stringify([...store.rows])).not.toContain(String(key.privateJwk.d));
  const { identity, keyId } = await verify(await issue());
  expect([identity.clusterId, keyId]).toEqual(['a', key.kid]);
  await expect(ring.verificationKeys('b')).resolves.toEqual([]);
});

test.for([
  [[apiAudience], 'EdDSA'],
  [['berth-node:n1'], 'EdDSA'],
  [['sts.amazonaws.com'], 'ES256'],
  [[apiAudience, 'sts.amazonaws.com'], 'ES256'],
] as const)('a token for %j is signed with %s', async ([audience, algorithm]) => {
  const { ring, issue, verify } = fixture();
  const token = await issue([...audience]);
  const { keyId } = await verify(token, audience[0]);
  const key = (await ring.verificationKeys('a')).find(({ kid }) => kid === keyId);
  expect(key?.publicJwk.alg).toBe(algorithm);
});

test('new keys are of each algorithm, and nothing is stored of them', async () => {
  const { store, ring } = fixture();
  const keys = await ring.newKeys('a');
  expect(keys.map(({ algorithm, signsFrom }) => [algorithm, signsFrom])).toEqual([
    ['EdDSA', start],
    ['ES256', start],
  ]);
  expect(store.rows.size).toBe(0);
});

test('a rotated key is published before it signs, and the former one verifies until its last token has ended', async () => {
  const { ring, issue, verify, setMinute } = fixture();
  const long = await issue([apiAudience], 3_600);
  const first = (await ring.signingKey('a', { until: start })).kid;
  await ring.rotate('a', rotation);
  const published = (await ring.verificationKeys('a')).map(({ kid }) => kid);
  expect(published).toContain(first);
  const signer = async () => (await ring.signingKey('a', { until: start })).kid;
  expect(await signer()).toBe(first);
  setMinute(11);
  const second = await signer();
  expect(published).toContain(second);
  expect(second).not.toBe(first);

  const never = { rotateAfterMs: 1e12, publishedForMs: 0 };
  setMinute(59);
  expect((await ring.rotate('a', never)).remove).toEqual([]);
  await expect(verify(long)).resolves.toMatchObject({ keyId: first });
  // Uses are recorded an hour ahead.
  setMinute(122);
  expect((await ring.rotate('a', never)).remove).toEqual([first]);
  await expect(verify(await issue())).resolves.toMatchObject({ keyId: second });
});

test('replaced keys verify nothing any more, and the next token has a new one', async () => {
  const { ring, issue, verify } = fixture();
  const token = await issue();
  await ring.replace('a');
  await expect(verify(token)).rejects.toMatchObject({ code: 'unknown-key' });
  await expect(verify(await issue())).resolves.toMatchObject({ identity: { username: 'admin' } });
});

test('a key that is removed while it is asked for signs nothing: its successor does', async () => {
  const { store, ring } = fixture();
  await ring.signingKey('a', { until: start });
  const extendUse = store.extendUse.bind(store);
  let isFirst = true;
  store.extendUse = async (clusterId, keyId, until) => {
    if (isFirst) {
      isFirst = false;
      await ring.replace(clusterId);
    }
    return extendUse(clusterId, keyId, until);
  };
  const key = await ring.signingKey('a', { until: minutesLater(10_000) });
  expect(store.rows.get('a')?.map(({ keyId }) => keyId)).toContain(key.kid);
});

test("a key that was moved to another cluster's row does not sign there", async () => {
  const { store, ring } = fixture();
  await ring.signingKey('a');
  store.rows.set('b', store.rows.get('a') ?? []);
  await expect(ring.signingKey('b')).rejects.toMatchObject({ code: 'unsealable' });
});
