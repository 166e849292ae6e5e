import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownCommand } from './own-command.ts';

const script = join(import.meta.dirname, '../main.ts');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-own-'));
  for (const place of ['installed', 'node_modules/.bin', 'another'])
    await mkdir(join(folder, place), { recursive: true });
  await symlink(script, join(folder, 'installed/berth'));
  await symlink(script, join(folder, 'node_modules/.bin/berth'));
  await writeFile(join(folder, 'another/berth'), '');
});
afterAll(() => rm(folder, { recursive: true }));

test('an installed program is called by its name', () => {
  expect(ownCommand(`/nowhere:${join(folder, 'installed')}`)).toEqual({ command: 'berth', args: [] });
});

test.each(['', 'another', 'node_modules/.bin'])(
  'where kubectl would not find it, by its file: %j',
  (place) => {
    expect(ownCommand(join(folder, place))).toEqual({ command: process.execPath, args: [script] });
  },
);
