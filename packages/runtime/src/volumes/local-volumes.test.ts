import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalVolumes } from './local-volumes.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-local-'));
});
afterEach(() => rm(directory, { recursive: true }));

const volume = { clusterId: 'c1', uid: 'u1', name: 'pvc-1' };
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test('a volume is made once, and found again with what is in it by whoever comes next', async () => {
  const path = await new LocalVolumes(directory).ensure(volume);
  await writeFile(join(path, 'id'), 'one');
  const next = new LocalVolumes(directory);
  expect(await next.list()).toEqual([volume]);
  expect(await next.ensure(volume)).toBe(path);
  expect(await readFile(join(path, 'id'), 'utf8')).toBe('one');
});

test('another cluster, and another volume of that name, have directories of their own', async () => {
  const volumes = new LocalVolumes(directory);
  const paths = await Promise.all(
    [volume, { ...volume, uid: 'u2' }, { ...volume, clusterId: 'c2' }].map((one) => volumes.ensure(one)),
  );
  expect(new Set(paths).size).toBe(3);
});

test('what is removed is gone, once and again', async () => {
  const volumes = new LocalVolumes(directory);
  const path = await volumes.ensure(volume);
  await writeFile(join(path, 'id'), 'one');
  await volumes.remove(volume);
  await volumes.remove(volume);
  expect([await exists(path), await volumes.list()]).toEqual([false, []]);
});

test('what a crash left half made or half removed is no volume, and leaves nothing behind', async () => {
  await mkdir(join(directory, 'c1', 'half-made'), { recursive: true });
  await mkdir(join(directory, 'c1', 'half-removed.removed', 'data'), { recursive: true });
  await writeFile(join(directory, 'c1', 'half-removed.removed', 'volume.json'), JSON.stringify(volume));
  expect(await new LocalVolumes(directory).list()).toEqual([]);
  expect(await readdir(join(directory, 'c1'))).toEqual([]);
});

test('no name leads out of the directory', async () => {
  const volumes = new LocalVolumes(directory);
  await expect(volumes.ensure({ ...volume, uid: '../../etc' })).rejects.toThrow('cannot name a directory');
  await expect(volumes.remove({ clusterId: '..', uid: 'x' })).rejects.toThrow('cannot name a directory');
});
