import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { fixedMasterKeys } from './master-keys.ts';
import { sealBytes } from './seal-bytes.ts';
import { openKey, resealKey, sealedKeyPrefix, sealKey } from './seal-key.ts';

const bytes = randomBytes(32);
const masterKeys = fixedMasterKeys(bytes);
const secret = 'the private half';

test('a sealed key opens for its owner under its master key, and shows nothing of itself', async () => {
  const sealed = await sealKey(secret, 'a/k1', masterKeys);
  expect((await openKey(sealed, 'a/k1', masterKeys)).toString()).toBe(secret);
  expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString()).not.toContain(secret);
  expect(await sealKey(secret, 'a/k1', masterKeys)).not.toBe(sealed);
});

test('a sealed key names its master key, and opens as long as that one is kept', async () => {
  const sealed = await sealKey(secret, 'a/k1', masterKeys);
  const { id } = await masterKeys.current();
  expect(sealed.startsWith(sealedKeyPrefix(id))).toBe(true);
  const rotated = fixedMasterKeys(randomBytes(32), bytes);
  expect((await openKey(sealed, 'a/k1', rotated)).toString()).toBe(secret);
  const resealed = (await resealKey(sealed, 'a/k1', rotated)) ?? '';
  expect(resealed.startsWith(sealedKeyPrefix((await rotated.current()).id))).toBe(true);
  expect((await openKey(resealed, 'a/k1', rotated)).toString()).toBe(secret);
  expect(await resealKey(resealed, 'a/k1', rotated)).toBeUndefined();
  await expect(openKey(resealed, 'a/k1', masterKeys)).rejects.toMatchObject({ code: 'MASTER_KEY' });
});

test('the form that did not name its master key opens with whichever fits', async () => {
  const sealed = `v1.${sealBytes(secret, 'a/k1', bytes)}`;
  const rotated = fixedMasterKeys(randomBytes(32), bytes);
  expect((await openKey(sealed, 'a/k1', rotated)).toString()).toBe(secret);
  await expect(openKey(sealed, 'a/k1', fixedMasterKeys(randomBytes(32)))).rejects.toMatchObject({
    code: 'unsealable',
  });
});

const changed = (text: string) => `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`;

test.for([
  { what: 'for another owner', owner: 'b/k1', alter: (text: string) => text, code: 'unsealable' },
  { what: 'with changed bytes', owner: 'a/k1', alter: changed, code: 'unsealable' },
  {
    what: 'of an unknown form',
    owner: 'a/k1',
    alter: (text: string) => text.replace('v2', 'v3'),
    code: 'unsealable',
  },
  {
    what: 'that is cut short',
    owner: 'a/k1',
    alter: (text: string) => text.slice(0, 30),
    code: 'unsealable',
  },
  { what: 'that is empty', owner: 'a/k1', alter: () => '', code: 'unsealable' },
])('a sealed key $what does not open', async ({ owner, alter, code }) => {
  const sealed = await sealKey(secret, 'a/k1', masterKeys);
  await expect(openKey(alter(sealed), owner, masterKeys)).rejects.toMatchObject({ code });
});

test('a missing master key is named, beside those that are there', async () => {
  const sealed = await sealKey(secret, 'a/k1', masterKeys);
  const others = fixedMasterKeys(randomBytes(32));
  const [needed, held] = await Promise.all([masterKeys.current(), others.current()]);
  await expect(openKey(sealed, 'a/k1', others)).rejects.toMatchObject({
    code: 'MASTER_KEY',
    message: `the master key ${needed.id} is needed, and is not among those given (${held.id}). Give it in BERTH_PREVIOUS_MASTER_KEYS or as a further line of the key file.`,
  });
});
