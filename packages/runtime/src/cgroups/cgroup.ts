import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupSettings, type Controller } from './cgroup-settings.ts';
import type { ProcessUsage } from '../usage/usage.ts';
import type { Limits } from './limits.ts';

/** A cgroup as it is kept on disk: one directory for each controller, or the same for all. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  readonly directories: Readonly<Partial<Record<Controller, string>>>;
}

/** One cgroup that this program made: a node's, a pod's or a container's. */
export class Cgroup {
  readonly place: CgroupPlace;

  constructor(place: CgroupPlace) {
    this.place = place;
  }

  /** The cgroup `name` below this one, whether or not it is there. */
  child(name: string): Cgroup {
    const { version, directories } = this.place;
    const below = Object.entries(directories).map(([controller, path]) => [controller, join(path, name)]);
    return new Cgroup({ version, directories: Object.fromEntries(below) });
  }

  /** The files that a process writes its pid to, to join. */
  get joinFiles(): string[] {
    return this.#paths().map((path) => join(path, 'cgroup.procs'));
  }

  exists(): boolean {
    return this.#paths().every((path) => existsSync(path));
  }

  /** Makes it where it is not there, with these limits. @throws where the system does not allow it */
  make(limits: Limits | undefined): void {
    for (const path of this.#paths()) mkdirSync(path, { recursive: true });
    if (limits === undefined) return;
    for (const { controller, file, value, isOptional } of cgroupSettings(this.place.version, limits)) {
      const path = this.place.directories[controller];
      if (path === undefined) continue;
      try {
        writeFileSync(join(path, file), value);
      } catch (error) {
        if (isOptional !== true) throw error;
      }
    }
  }

  /** Version 2: lets the cgroups below have limits of their own. It must not hold processes itself. @throws */
  delegate(): void {
    if (this.place.version === 1) return;
    for (const path of this.#paths()) {
      const offered = readText(join(path, 'cgroup.controllers'))?.split(/\s+/) ?? [];
      const wanted = ['memory', 'cpu', 'pids'].filter((name) => offered.includes(name));
      writeFileSync(join(path, 'cgroup.subtree_control'), wanted.map((name) => `+${name}`).join(' '));
    }
  }

  /** How often something of it was killed for want of memory. */
  oomKills(): number {
    const { memory } = this.place.directories;
    if (memory === undefined) return 0;
    const file = this.place.version === 1 ? 'memory.oom_control' : 'memory.events';
    return numberIn(readText(join(memory, file)), 'oom_kill') ?? 0;
  }

  /** Undefined where it is gone. */
  usage(): ProcessUsage | undefined {
    return this.place.version === 1 ? this.#usageOfVersion1() : this.#usageOfVersion2();
  }

  /** Kills whatever is in it; a pod's container cgroups are below it, and are killed first. */
  kill(): void {
    for (const name of this.children()) this.child(name).kill();
    for (const path of this.#paths()) {
      for (const pid of pidsIn(path)) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
      }
    }
  }

  /** Removes it with those below it. False while something of it still runs. */
  remove(): boolean {
    for (const name of this.children()) this.child(name).remove();
    let isGone = true;
    for (const path of this.#paths()) {
      try {
        rmdirSync(path);
      } catch (error) {
        isGone &&= error instanceof Error && 'code' in error && error.code === 'ENOENT';
      }
    }
    return isGone;
  }

  /** The names of the cgroups below it. */
  children(): string[] {
    const names = this.#paths().flatMap((path) => {
      try {
        return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
          entry.isDirectory() ? [entry.name] : [],
        );
      } catch {
        return [];
      }
    });
    return [...new Set(names)];
  }

  #paths(): string[] {
    return [...new Set(Object.values(this.place.directories))];
  }

  #usageOfVersion1(): ProcessUsage | undefined {
    const { memory, cpuacct, pids } = this.place.directories;
    if (memory === undefined) return undefined;
    const stat = readText(join(memory, 'memory.stat'));
    const memoryBytes = numberOf(readText(join(memory, 'memory.usage_in_bytes')));
    if (stat === undefined || memoryBytes === undefined) return undefined;
    return {
      cpuNanoSeconds: numberOf(cpuacct && readText(join(cpuacct, 'cpuacct.usage'))) ?? 0,
      memoryBytes,
      workingSetBytes: Math.max(memoryBytes - (numberIn(stat, 'total_inactive_file') ?? 0), 0),
      rssBytes: numberIn(stat, 'total_rss') ?? 0,
      pageFaults: numberIn(stat, 'total_pgfault') ?? 0,
      majorPageFaults: numberIn(stat, 'total_pgmajfault') ?? 0,
      processes: numberOf(pids && readText(join(pids, 'pids.current'))) ?? 0,
    };
  }

  #usageOfVersion2(): ProcessUsage | undefined {
    const { memory } = this.place.directories;
    if (memory === undefined) return undefined;
    const stat = readText(join(memory, 'memory.stat'));
    const memoryBytes = numberOf(readText(join(memory, 'memory.current')));
    if (stat === undefined || memoryBytes === undefined) return undefined;
    return {
      cpuNanoSeconds: (numberIn(readText(join(memory, 'cpu.stat')), 'usage_usec') ?? 0) * 1000,
      memoryBytes,
      workingSetBytes: Math.max(memoryBytes - (numberIn(stat, 'inactive_file') ?? 0), 0),
      rssBytes: numberIn(stat, 'anon') ?? 0,
      pageFaults: numberIn(stat, 'pgfault') ?? 0,
      majorPageFaults: numberIn(stat, 'pgmajfault') ?? 0,
      processes: numberOf(readText(join(memory, 'pids.current'))) ?? 0,
    };
  }
}

function pidsIn(directory: string): number[] {
  return (readText(join(directory, 'cgroup.procs')) ?? '')
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' ? undefined : Number(text);
}

/** The number behind a word, one to a line. */
function numberIn(text: string | undefined, word: string): number | undefined {
  const [, number] = new RegExp(`^${word} (\\d+)$`, 'm').exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number);
}
