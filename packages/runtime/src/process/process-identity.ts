import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One process for all time: a pid is reused, a pid with its start time and the machine's boot is not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** The identity that `record` of identity.sh wrote; undefined where there is none (yet). */
export function readIdentity(path: string): ProcessIdentity | undefined {
  try {
    const [pid = '', startTime = '', bootId = ''] = readFileSync(path, 'utf8').trim().split(' ');
    return { pid: Number(pid), startTime, bootId };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs. A zombie does not. */
export function isAlive({ pid, startTime, bootId }: ProcessIdentity): boolean {
  if (bootId === '-') return lstart(pid) === startTime;
  try {
    if (readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() !== bootId) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields behind the command's name, which is in brackets: state first, start time 20th. See proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return fields[19] === startTime && fields[0] !== 'Z' && fields[0] !== 'X';
  } catch {
    return false;
  }
}

/** Signals the process group that this process leads; false if it is gone. */
export function signalGroup(identity: ProcessIdentity, signal: number): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(-identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Systems without /proc: as identity.sh writes it. */
function lstart(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return text.replaceAll(/\s+/g, '_');
  } catch {
    return undefined;
  }
}
