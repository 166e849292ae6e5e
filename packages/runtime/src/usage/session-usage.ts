import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessUsage, totalUsage } from './usage.ts';

/** The kernel's unit of processor time in /proc (USER_HZ) and of memory, as on every platform that Node runs on. */
const nanoSecondsPerTick = 10_000_000;
const pageBytes = 4096;

/**
 * What the processes of each session use, by the session's id, for systems without cgroups: a container's first process leads a session.
 * What left the session is missed. Empty where there is no /proc.
 */
export function sessionUsage(proc = '/proc'): Map<number, ProcessUsage> {
  const sessions = new Map<number, ProcessUsage[]>();
  for (const name of pidsOf(proc)) {
    const found = readProcess(`${proc}/${name}/stat`);
    if (found === undefined) continue;
    sessions.set(found.session, [...(sessions.get(found.session) ?? []), found.usage]);
  }
  return new Map([...sessions].map(([session, parts]) => [session, totalUsage(parts)]));
}

function pidsOf(proc: string): string[] {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** One line of proc_pid_stat(5). What children used that have ended counts for who waited for them. */
function readProcess(path: string): { readonly session: number; readonly usage: ProcessUsage } | undefined {
  let stat: string;
  try {
    stat = readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
  // Fields behind the command's name, which is in brackets: field 3 of the manual comes first.
  const fields = stat
    .slice(stat.lastIndexOf(') ') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number) => fields[number - 3] ?? 0;
  const ticks = field(14) + field(15) + field(16) + field(17);
  const rssBytes = field(24) * pageBytes;
  return {
    session: field(6),
    usage: {
      cpuNanoSeconds: ticks * nanoSecondsPerTick,
      memoryBytes: rssBytes,
      workingSetBytes: rssBytes,
      rssBytes,
      pageFaults: field(10),
      majorPageFaults: field(12),
      processes: 1,
    },
  };
}
