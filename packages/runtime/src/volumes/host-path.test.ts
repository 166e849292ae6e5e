import { access, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostPath } from './host-path.ts';

let root: string;
let allowed: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'berth-host-')));
  allowed = join(root, 'allowed');
  await mkdir(join(allowed, 'directory'), { recursive: true });
  await writeFile(join(allowed, 'file'), 'x');
});
afterEach(() => rm(root, { recursive: true }));

type Type = Parameters<typeof hostPath>[0]['type'];

test.each<readonly [string, string, string | undefined]>([
  ['', 'directory', undefined],
  ['', 'file', undefined],
  ['', 'missing', 'missing does not exist'],
  ['Directory', 'directory', undefined],
  ['Directory', 'file', 'file is not a directory'],
  ['Directory', 'missing', 'missing is not a directory'],
  ['DirectoryOrCreate', 'new/below', undefined],
  ['DirectoryOrCreate', 'file', 'file is not a directory'],
  ['File', 'file', undefined],
  ['File', 'directory', 'directory is not a file'],
  ['FileOrCreate', 'new-file', undefined],
  ['FileOrCreate', 'directory', 'directory is not a file'],
  ['Socket', 'file', 'file is not a socket file'],
  ['CharDevice', 'file', 'file is not a character device'],
  ['BlockDevice', 'file', 'file is not a block device'],
])('type %j of %s', async (...[type, name, problem]) => {
  const path = join(allowed, name);
  // '' is a value of the type, though not one that its schema enumerates.
  const found = hostPath({ path, type: type as Type & string }, [allowed]);
  if (problem === undefined) expect(await found).toBe(path);
  else await expect(found).rejects.toThrow(`hostPath type check failed: ${allowed}/${problem}`);
});

test('a node that says nothing allows none', async () => {
  await expect(hostPath({ path: allowed }, [])).rejects.toThrow(
    `hostPath "${allowed}" is not allowed: this node allows no hostPath volumes`,
  );
});

test.each(['outside', 'allowed/../outside', 'allowed-too'])(
  'what is not below is refused: %s',
  async (name) => {
    const path = `${root}/${name}`;
    await expect(hostPath({ path, type: 'DirectoryOrCreate' }, [allowed])).rejects.toThrow(
      `hostPath "${path}" is not allowed: this node allows hostPath volumes below ${allowed} alone`,
    );
  },
);

test('a symlink does not lead out, neither to what is there nor to what would be made', async () => {
  await mkdir(join(root, 'outside'));
  await symlink(join(root, 'outside'), join(allowed, 'link'));
  await expect(hostPath({ path: join(allowed, 'link') }, [allowed])).rejects.toThrow('is not allowed');
  const below = join(allowed, 'link', 'made');
  await expect(hostPath({ path: below, type: 'DirectoryOrCreate' }, [allowed])).rejects.toThrow(
    'is not allowed',
  );
  await expect(access(join(root, 'outside', 'made'))).rejects.toThrow('ENOENT');
});
