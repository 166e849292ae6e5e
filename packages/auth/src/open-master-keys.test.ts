import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { masterKeyOf } from './master-key.ts';
import { openMasterKeys } from './open-master-keys.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'master-keys-'));
});
afterAll(() => rm(directory, { recursive: true }));

const newKey = () => {
  const bytes = randomBytes(32);
  return { text: bytes.toString('base64'), ...masterKeyOf(bytes) };
};
const ids = (keys: ReadonlyArray<{ id: string }>) => keys.map(({ id }) => id);

test('the key of the environment is the newest, then those before it, then those of the file', async () => {
  const [a, b, c, d] = [newKey(), newKey(), newKey(), newKey()];
  const file = join(directory, 'several');
  await writeFile(file, `# comment\n${c.text}\n\n${d.text}\n`);
  const keys = await openMasterKeys({ key: a.text, previousKeys: b.text, file });
  expect(ids(await keys.all())).toEqual(ids([a, b, c, d]));
  expect((await keys.current()).id).toBe(a.id);
  expect((await keys.find(d.id)).id).toBe(d.id);
});

test('a key that is added to the file is found without a restart, and seals from then on', async () => {
  const [old, next] = [newKey(), newKey()];
  const file = join(directory, 'rotated');
  await writeFile(file, `${old.text}\n`);
  const keys = await openMasterKeys({ file });
  expect((await keys.current()).id).toBe(old.id);
  await expect(keys.find(next.id)).rejects.toMatchObject({ code: 'MASTER_KEY' });
  await writeFile(`${file}.next`, `${next.text}\n${old.text}\n`);
  await rename(`${file}.next`, file);
  expect((await keys.find(next.id)).id).toBe(next.id);
  expect((await keys.current()).id).toBe(next.id);
});

test.for([
  { what: 'no key', settings: {}, message: 'there is no master key: set BERTH_MASTER_KEY' },
  {
    what: 'a short key',
    settings: { key: 'AAAA' },
    message: 'a master key must be 32 bytes in base64; got 3',
  },
  {
    what: 'a file that is not there',
    settings: { file: '/nowhere/key' },
    message: 'the master key file /nowhere/key cannot be read',
  },
])('$what is refused with a message that says what would be right', async ({ settings, message }) => {
  await expect(openMasterKeys(settings)).rejects.toMatchObject({
    code: 'MASTER_KEY',
    message: expect.stringContaining(message),
  });
});
