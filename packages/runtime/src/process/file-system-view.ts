import { readFileSync, realpathSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import type { FileSystemView } from './mount-plan.ts';

/** The machine's file system as it is now. */
export const machineFileSystem: FileSystemView = {
  closest(path) {
    const wanted = normalize(path).replace(/(?<=.)\/$/, '');
    for (let candidate = wanted; ; candidate = dirname(candidate)) {
      try {
        const existing = realpathSync(candidate);
        const missing = wanted.slice(candidate.length).replace(/^\//, '');
        return { existing, missing };
      } catch (error) {
        if (candidate === '/') throw error;
      }
    }
  },
  mountPointsBelow(path) {
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => unescape(line.split(' ')[4] ?? ''))
      .filter((mountPoint) => mountPoint.startsWith(`${path}/`));
  },
};

/** Blanks in /proc/self/mountinfo are octal escapes. See proc_pid_mountinfo(5). */
function unescape(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
