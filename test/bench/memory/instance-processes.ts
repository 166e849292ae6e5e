import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ProcessStat, parseStat } from './proc-files.ts';

/** What a process of an instance is there for. */
export type Role = 'API server' | 'worker' | 'node agent' | 'supervisor' | 'Postgres' | 'Redis';

/** A process as proc(5) shows it. */
export interface SeenProcess extends ProcessStat {
  readonly pid: number;
  /** The command line: arguments with spaces between. */
  readonly command: string;
}

export interface RoleProcess extends SeenProcess {
  readonly role: Role;
}

/** What the supervisor starts, by what stands on its command line. */
const startedBySupervisor: ReadonlyArray<readonly [Role, RegExp]> = [
  ['API server', /apps\/api\/src\/main\.ts( |$)/],
  ['worker', /apps\/worker\/src\/main\.ts( |$)/],
  ['node agent', /apps\/node\/src\/main\.ts( |$)/],
  ['Postgres', /^\S*postgres( |$)/],
  ['Redis', /^\S*(redis|valkey)[^ /]*( |$)/],
];

/**
 * The supervisor, what it started, and the processes that Postgres started for itself. Containers, which node agents start, are
 * not among them.
 */
export function processesOf(supervisor: number, all: readonly SeenProcess[]): RoleProcess[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found: RoleProcess[] = all
    .filter(({ pid }) => pid === supervisor)
    .map((process) => ({ ...process, role: 'supervisor' as const }));
  for (const child of children.get(supervisor) ?? []) {
    const role = startedBySupervisor.find(([, pattern]) => pattern.test(child.command))?.[0];
    if (role === undefined) continue;
    found.push({ ...child, role });
    if (role !== 'Postgres') continue;
    for (const backend of children.get(child.pid) ?? []) found.push({ ...backend, role });
  }
  return found;
}

/** Every process of this machine. Linux; nothing elsewhere. */
export async function readProcesses(): Promise<SeenProcess[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all([readProc(pid, 'stat'), readProc(pid, 'cmdline')]);
      const parsed = parseStat(stat);
      return parsed && { ...parsed, pid: Number(pid), command: command.replaceAll('\0', ' ').trim() };
    }),
  );
  return seen.filter((process) => process !== undefined);
}

/** A file of a process; empty for one that has ended, or that only others may read. */
export function readProc(pid: number | string, name: string): Promise<string> {
  return readFile(join('/proc', String(pid), name), 'utf8').catch(() => '');
}

/**
 * The supervisor of the instance that has taken a data directory.
 *
 * @returns undefined when none runs there, or not on this machine
 */
export async function supervisorOf(dataDirectory: string): Promise<number | undefined> {
  const [pid = '', startTime] = (await readFile(join(dataDirectory, 'berth.pid'), 'utf8').catch(() => ''))
    .trim()
    .split(' ');
  if (!/^\d+$/.test(pid)) return undefined;
  const stat = parseStat(await readProc(pid, 'stat'));
  return stat !== undefined && stat.startTime === startTime ? Number(pid) : undefined;
}

/**
 * The data directory whose own kubeconfig this is: an instance writes both of its kubeconfigs there.
 *
 * @returns undefined for any other file: a copy, or one of another cluster
 */
export function dataDirectoryOf(kubeconfig: string): string | undefined {
  const name = basename(kubeconfig);
  return name === 'kubeconfig' || name === 'admin.kubeconfig' ? join(kubeconfig, '..') : undefined;
}
