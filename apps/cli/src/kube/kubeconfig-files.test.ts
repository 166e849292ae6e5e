import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeconfigEntry } from './berth-kubeconfig.ts';
import { kubeconfigPaths, mergeIntoFiles } from './kubeconfig-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-kube-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const entryOf = (name: string): KubeconfigEntry => ({
  name,
  server: `https://berth.example/clusters/${name}`,
  caPem: undefined,
  namespace: 'default',
  user: { token: 't' },
});
const read = async (name: string) => parse(await readFile(at(name), 'utf8'));
const names = async (name: string) =>
  (await read(name)).contexts.map((context: { name: string }) => context.name);

test('the files are those of KUBECONFIG, or the one in the home folder', () => {
  expect(kubeconfigPaths({ environment: { KUBECONFIG: '/a::/b', HOME: '/h' } })).toEqual(['/a', '/b']);
  expect(kubeconfigPaths({ environment: { KUBECONFIG: '', HOME: '/h' } })).toEqual(['/h/.kube/config']);
});

describe('a cluster goes', () => {
  test('into a new file with its folders, readable by its owner alone', async () => {
    const file = await mergeIntoFiles([at('new/config')], entryOf('a'), { setCurrent: true });
    expect(file).toBe(at('new/config'));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await read('new/config'))['current-context']).toBe('a');
  });

  test('into the file that has it, else the first that exists, else the last', async () => {
    const paths = [at('one'), at('two'), at('three')];
    expect(await mergeIntoFiles(paths, entryOf('a'), { setCurrent: false })).toBe(at('three'));
    await writeFile(at('two'), '');
    expect(await mergeIntoFiles(paths, entryOf('b'), { setCurrent: false })).toBe(at('two'));
    expect(await mergeIntoFiles(paths, entryOf('a'), { setCurrent: false })).toBe(at('three'));
    expect([await names('two'), await names('three')]).toEqual([['b'], ['a']]);
  });

  test('and becomes the current one in the file in which kubectl looks for that', async () => {
    await writeFile(at('one'), 'current-context: other\n');
    await mergeIntoFiles([at('two')], entryOf('a'), { setCurrent: true });
    await mergeIntoFiles([at('one'), at('two')], entryOf('a'), { setCurrent: true });
    expect((await read('one'))['current-context']).toBe('a');
    expect(await names('two')).toEqual(['a']);
  });

  test('through a link to where it leads, with the mode that the file had', async () => {
    await mkdir(at('real'));
    await writeFile(at('real/config'), '');
    await chmod(at('real/config'), 0o640);
    await symlink(at('real/config'), at('link'));
    await mergeIntoFiles([at('link')], entryOf('a'), { setCurrent: true });
    expect(await names('real/config')).toEqual(['a']);
    expect((await stat(at('real/config'))).mode & 0o777).toBe(0o640);
  });
});

test('clusters that are merged all at once are all there', async () => {
  const entries = Array.from({ length: 12 }, (_, index) => entryOf(`c${index}`));
  await Promise.all(entries.map((entry) => mergeIntoFiles([at('config')], entry, { setCurrent: true })));
  expect((await names('config')).toSorted()).toEqual(entries.map(({ name }) => name).toSorted());
});

test('a file that is no kubeconfig stays as it is', async () => {
  await writeFile(at('config'), 'a: [');
  await expect(mergeIntoFiles([at('config')], entryOf('a'), { setCurrent: true })).rejects.toMatchObject({
    code: 'KUBECONFIG_MALFORMED',
  });
  expect(await readFile(at('config'), 'utf8')).toBe('a: [');
});
