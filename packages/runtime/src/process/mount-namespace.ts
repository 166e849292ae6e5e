import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** How mounts of a container's own are possible on this machine. */
export type MountNamespace =
  | {
      readonly type: 'available';
      readonly unshare: readonly string[];
      /** A file may be put below /dev without its devices being lost. Not so in a user namespace. */
      readonly canAddToDev?: boolean;
    }
  | { readonly type: 'unavailable'; readonly reason: string };

/** What a command that joins such a container has to enter. */
export function namespacesOf(mountNamespace: MountNamespace): 'none' | 'mount' | 'user-and-mount' {
  if (mountNamespace.type === 'unavailable') return 'none';
  return mountNamespace.unshare.includes('--user') ? 'user-and-mount' : 'mount';
}

const probe =
  'mkdir "$1/a" "$1/b" && mount -t tmpfs tmpfs "$1/a" && mkdir "$1/a/c" && mount --bind "$1/a/c" "$1/b"';

/** Whether /dev can be overlaid, for a file in it, and a device still is one. */
const devProbe =
  'mount -t tmpfs tmpfs "$1" && mkdir "$1/upper" "$1/work" && mount -t overlay -o "lowerdir=/dev,upperdir=$1/upper,workdir=$1/work" overlay /dev && : >/dev/berth-probe && echo >/dev/null';

/** As root plainly; otherwise in a user namespace, in which the container sees itself as root. */
const candidates = [
  ['unshare', '--mount', '--propagation', 'private'],
  ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private'],
];

/** Tries whether this process may make mount namespaces and mount in them. */
export async function detectMountNamespace(): Promise<MountNamespace> {
  let reason = '';
  for (const unshare of candidates) {
    const directory = await mkdtemp(join(tmpdir(), 'berth-mounts-'));
    try {
      const [command = '', ...args] = unshare;
      const run = (script: string) =>
        promisify(execFile)(command, [...args, '/bin/sh', '-c', script, 'sh', directory]);
      await run(probe);
      const canAddToDev = await run(devProbe).then(
        () => true,
        () => false,
      );
      return { type: 'available', unshare, canAddToDev };
    } catch (error) {
      reason = (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? '';
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return { type: 'unavailable', reason };
}
