import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Context, emptyBook, withContext, withoutContext } from './context.ts';
import { contextBookPath, readContextBook, updateContextBook } from './context-book.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-contexts-'));
  path = join(folder, 'berth', 'config.json');
});
afterEach(() => rm(folder, { recursive: true }));

const context: Context = {
  server: 'https://berth.example',
  certificateAuthority: 'PEM',
  tenant: 'acme',
  credential: { type: 'oidc', issuer: 'https://i', clientId: 'c', scopes: [], token: 't', refreshToken: 'r' },
};
const add = (name: string) =>
  updateContextBook(path, async (book) => ({ book: withContext(book, name, context), result: undefined }));

test('what was written is read again, and nobody else can read it', async () => {
  expect(await readContextBook(path)).toEqual(emptyBook);
  await add('a');
  expect(await readContextBook(path)).toEqual({ contexts: { a: context } });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
});

test('of changes that are made all at once none is lost, and no file is left over', async () => {
  const names = Array.from({ length: 15 }, (_, index) => `c${index}`);
  await Promise.all(names.map(add));
  expect(Object.keys((await readContextBook(path)).contexts).toSorted()).toEqual(names.toSorted());
  expect(await readdir(dirname(path))).toEqual(['config.json']);
});

test('a change that fails leaves the book as it was, for others to change', async () => {
  await add('a');
  await expect(updateContextBook(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await add('b');
  expect(Object.keys((await readContextBook(path)).contexts)).toEqual(['a', 'b']);
});

test.each(['{', '[]', '{"contexts": {"a": {}}}'])('a file that is no book is told: %s', async (text) => {
  await add('a');
  await writeFile(path, text);
  await expect(readContextBook(path)).rejects.toMatchObject({ code: 'CONFIG_MALFORMED' });
});

test('the book is where the environment says', () => {
  expect(contextBookPath({ BERTH_CONFIG: '/x', HOME: '/h' })).toBe('/x');
  expect(contextBookPath({ XDG_CONFIG_HOME: '/c', HOME: '/h' })).toBe('/c/berth/config.json');
  expect(contextBookPath({ HOME: '/h' })).toBe('/h/.config/berth/config.json');
});

test('a context that is forgotten is no current one', () => {
  const book = { current: 'a', contexts: { a: context, b: context } };
  expect(withoutContext(book, 'a')).toEqual({ contexts: { b: context } });
  expect(withoutContext(book, 'b')).toEqual({ current: 'a', contexts: { a: context } });
});
