import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Nobody waits for a directory of millions of files to be counted. */
const mostEntries = 10_000;

/** The size of what a directory holds, in bytes, as far as its first ten thousand entries; 0 where there is none. */
export async function directorySize(path: string): Promise<number> {
  const waiting = [path];
  let bytes = 0;
  let entries = 0;
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const names = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of names) {
      entries += 1;
      if (entries > mostEntries) return bytes;
      const inside = join(directory, entry.name);
      if (entry.isDirectory()) waiting.push(inside);
      else
        bytes += await lstat(inside).then(
          ({ size }) => size,
          () => 0,
        );
    }
  }
  return bytes;
}
