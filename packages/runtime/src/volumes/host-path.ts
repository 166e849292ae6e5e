import { mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, normalize, relative } from 'node:path';
import type { Stats } from 'node:fs';
import type { Volume } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import { ConfigError } from '../environment/config-error.ts';

type HostPath = NonNullable<Volume['hostPath']>;

/**
 * A path of the machine that a pod may have: one below what the node allows, also once symlinks are followed.
 * https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
 *
 * @throws ConfigError in the kubelet's words
 */
export async function hostPath({ path, type }: HostPath, allowed: readonly string[]): Promise<string> {
  requireAllowed(path, path, allowed);
  const before = await statOf(path);
  if (before === undefined && type === 'DirectoryOrCreate') {
    requireAllowed(path, await closestReal(path), await realAll(allowed));
    await mkdir(path, { recursive: true, mode: 0o755 });
  }
  if (before === undefined && type === 'FileOrCreate') {
    requireAllowed(path, await closestReal(path), await realAll(allowed));
    await (await open(path, 'a', 0o644)).close();
  }
  const problem = check(path, type ?? '', await statOf(path));
  if (problem !== undefined) throw new ConfigError(`hostPath type check failed: ${problem}`);
  requireAllowed(path, await realpath(path), await realAll(allowed));
  return path;
}

function requireAllowed(path: string, actual: string, allowed: readonly string[]): void {
  const isBelow = (prefix: string) => !`${relative(prefix, normalize(actual))}/`.startsWith('../');
  if (allowed.some(isBelow)) return;
  const what =
    allowed.length === 0 ? 'no hostPath volumes' : `hostPath volumes below ${allowed.join(', ')} alone`;
  throw new ConfigError(`hostPath ${goQuote(path)} is not allowed: this node allows ${what}`);
}

async function realAll(paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map((path) => realpath(path).catch(() => path)));
}

/** The real path of the closest ancestor that exists. */
async function closestReal(path: string): Promise<string> {
  return realpath(path).catch(() => (path === '/' ? '/' : closestReal(dirname(path))));
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

function check(path: string, type: string, stats: Stats | undefined): string | undefined {
  switch (type) {
    case 'Directory':
    case 'DirectoryOrCreate':
      return stats?.isDirectory() ? undefined : `${path} is not a directory`;
    case 'File':
    case 'FileOrCreate':
      return stats?.isFile() ? undefined : `${path} is not a file`;
    case 'Socket':
      return stats?.isSocket() ? undefined : `${path} is not a socket file`;
    case 'CharDevice':
      return stats?.isCharacterDevice() ? undefined : `${path} is not a character device`;
    case 'BlockDevice':
      return stats?.isBlockDevice() ? undefined : `${path} is not a block device`;
    default:
      return stats === undefined ? `${path} does not exist` : undefined;
  }
}
