import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VolumeFile } from './volume-files.ts';

const dataLink = '..data';

/**
 * Makes a directory hold exactly `files`, for all readers at once: the files stand in a new directory, and the symlink
 * `..data`, through which the visible names lead, is turned to it by a rename. Nothing is written if nothing changed.
 * https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
 */
export async function writeVolume(
  directory: string,
  files: ReadonlyMap<string, VolumeFile>,
  now: Date,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const current = await readlink(join(directory, dataLink)).catch(() => undefined);
  if (current !== undefined && (await holdsExactly(join(directory, current), files))) return;

  const next = await writeGeneration(directory, files, now);
  const link = join(directory, '..data_tmp');
  await rm(link, { force: true });
  await symlink(next, link);
  await rename(link, join(directory, dataLink));

  const visible = new Set([...files.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') && !visible.has(name)) await rm(join(directory, name), { recursive: true });
  }
  for (const name of visible) {
    const path = join(directory, name);
    const exists = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!exists) await symlink(join(dataLink, name), path);
  }
  if (current !== undefined) await rm(join(directory, current), { recursive: true, force: true });
}

async function writeGeneration(
  directory: string,
  files: ReadonlyMap<string, VolumeFile>,
  now: Date,
): Promise<string> {
  const stamp = now
    .toISOString()
    .replaceAll(/[-:TZ]/g, '_')
    .replace('.', '');
  const name = `..${stamp}${process.hrtime.bigint() % 1_000_000_000n}`;
  await mkdir(join(directory, name), { mode: 0o755 });
  for (const [path, { content, mode }] of files) {
    const file = join(directory, name, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, content);
    // Apart from the creation, whose mode the umask would narrow.
    await chmod(file, mode);
  }
  return name;
}

async function holdsExactly(directory: string, files: ReadonlyMap<string, VolumeFile>): Promise<boolean> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  if (found.filter((entry) => entry.isFile()).length !== files.size) return false;
  for (const [path, { content, mode }] of files) {
    const file = join(directory, path);
    const same = await Promise.all([readFile(file), lstat(file)]).then(
      ([bytes, stats]) => bytes.equals(content) && (stats.mode & 0o777) === mode,
      () => false,
    );
    if (!same) return false;
  }
  return true;
}
