import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteServerUrl } from './former-urls.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-urls-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('an instance that is moved to other ports remembers the former ones, the latest first', async () => {
  const file = join(directory, 'urls');
  expect(await noteServerUrl(file, 'https://127.0.0.1:1')).toEqual([]);
  expect(await noteServerUrl(file, 'https://127.0.0.1:1')).toEqual([]);
  expect(await noteServerUrl(file, 'https://127.0.0.1:2')).toEqual(['https://127.0.0.1:1']);
  expect(await noteServerUrl(file, 'https://127.0.0.1:3')).toEqual([
    'https://127.0.0.1:2',
    'https://127.0.0.1:1',
  ]);
  expect(await noteServerUrl(file, 'https://127.0.0.1:1')).toEqual([
    'https://127.0.0.1:3',
    'https://127.0.0.1:2',
  ]);
});

test('no more than twenty are kept', async () => {
  const file = join(directory, 'many');
  await writeFile(file, Array.from({ length: 40 }, (_, index) => `https://127.0.0.1:${index}\n`).join(''));
  expect(await noteServerUrl(file, 'https://127.0.0.1:99')).toHaveLength(19);
  expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(20);
});
