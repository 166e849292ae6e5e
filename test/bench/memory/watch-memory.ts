import { setTimeout as delay } from 'node:timers/promises';
import {
  processesOf,
  readProc,
  readProcesses,
  type RoleProcess,
  supervisorOf,
} from './instance-processes.ts';
import { type MemoryUse, MemoryTally, type RoleSample } from './memory-use.ts';
import { parseKilobytes } from './proc-files.ts';

/** Looks at the memory of an instance's processes while something runs. */
export interface MemoryWatch {
  /** Ends it, and says what was seen. */
  stop(): Promise<MemoryUse[]>;
}

const sampleEveryMs = 500;

/** Takes the first sample before it returns. @returns undefined when no instance runs in the directory, or not on this machine */
export async function watchMemory(scenario: string, dataDirectory: string): Promise<MemoryWatch | undefined> {
  const supervisor = await supervisorOf(dataDirectory);
  if (supervisor === undefined) return undefined;
  const tally = new MemoryTally();
  const ended = new AbortController();
  const look = async (): Promise<void> => tally.add(await sampleOf(supervisor));
  await look();
  const looking = (async () => {
    for (;;) {
      const isOver = await delay(sampleEveryMs, false, { signal: ended.signal }).catch(() => true);
      if (isOver) return;
      await look();
    }
  })();
  return {
    async stop() {
      ended.abort();
      await looking;
      await look();
      return tally.result(scenario);
    },
  };
}

/** How much each role takes now. */
export async function sampleOf(supervisor: number): Promise<RoleSample[]> {
  const byRole = Map.groupBy(processesOf(supervisor, await readProcesses()), ({ role }) => role);
  return Promise.all(
    [...byRole].map(async ([role, processes]) => {
      const bytes = await Promise.all(processes.map(residentBytesOf));
      return {
        role,
        residentBytes: bytes.reduce((sum, each) => sum + each, 0),
        cpuSeconds: new Map(
          processes.map(({ pid, startTime, cpuSeconds }) => [`${pid} ${startTime}`, cpuSeconds]),
        ),
      };
    }),
  );
}

/** Of Postgres' processes the proportional set size: each has the shared buffers, which are there once. */
async function residentBytesOf({ pid, role }: RoleProcess): Promise<number> {
  const [file, member] = role === 'Postgres' ? ['smaps_rollup', 'Pss'] : ['status', 'VmRSS'];
  return parseKilobytes(await readProc(pid, file), member) ?? 0;
}
