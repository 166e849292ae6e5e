import type { Controller } from './cgroup-settings.ts';

/** Where this process's own cgroup is, by controller: what it makes below it inherits what it may use itself. */
export interface Hierarchies {
  readonly version: 1 | 2;
  /** The own cgroup's directory. With version 2 the same for all. */
  readonly directories: Readonly<Partial<Record<Controller, string>>>;
}

interface CgroupMount {
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Of version 1; cpuacct and pids are a help, not a need. */
const controllers: readonly Controller[] = ['memory', 'cpu', 'cpuacct', 'pids'];

/**
 * Reads what /proc/self/mountinfo and /proc/self/cgroup say. Version 2 counts only where it has the controllers: a system may
 * mount it empty beside version 1. See cgroups(7).
 *
 * @param controllersOf the controllers that a directory of version 2 offers: its `cgroup.controllers`
 */
export function findHierarchies(
  mountInfo: string,
  ownCgroups: string,
  controllersOf: (directory: string) => readonly string[],
): Hierarchies | undefined {
  const mounts = cgroupMounts(mountInfo);
  const own = new Map(
    ownCgroups
      .trim()
      .split('\n')
      .map((line) => line.split(':'))
      .map(([, names = '', ...path]) => [names, path.join(':')] as const),
  );
  for (const mount of mounts.filter(({ type }) => type === 'cgroup2')) {
    const directory = place(mount, own.get('') ?? '/');
    const offered = controllersOf(directory);
    if (!offered.includes('memory') || !offered.includes('cpu')) continue;
    const directories = { memory: directory, cpu: directory, cpuacct: directory };
    return {
      version: 2,
      directories: offered.includes('pids') ? { ...directories, pids: directory } : directories,
    };
  }
  const directories: Partial<Record<Controller, string>> = {};
  for (const controller of controllers) {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    const [, path] = [...own].find(([names]) => names.split(',').includes(controller)) ?? [];
    if (mount !== undefined && path !== undefined) directories[controller] = place(mount, path);
  }
  const { memory, cpu } = directories;
  return memory === undefined || cpu === undefined ? undefined : { version: 1, directories };
}

/** Lines of proc_pid_mountinfo(5). */
function cgroupMounts(mountInfo: string): CgroupMount[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [type = '', , options = ''] = after.split(' ');
    const [, , , root = '', mountPoint = ''] = before.split(' ');
    return type.startsWith('cgroup') ? [{ root, mountPoint, type, options: options.split(',') }] : [];
  });
}

/** In a container the mount may show only a part of the hierarchy, which begins at its root. */
function place({ root, mountPoint }: CgroupMount, path: string): string {
  const shown = root !== '/' && path.startsWith(root) ? path.slice(root.length) : path;
  return shown === '/' || shown === '' ? mountPoint : `${mountPoint}${shown}`;
}
