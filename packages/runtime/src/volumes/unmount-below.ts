import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Unmounts what is mounted below a directory, so that it can be removed. Does nothing where nothing is. */
export async function unmountBelow(directory: string): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const below = mounts
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  for (const path of below.toReversed()) {
    await promisify(execFile)('umount', ['-l', path]);
  }
}
