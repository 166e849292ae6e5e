import type { Role } from './instance-processes.ts';

/** The processes of one role at one time. */
export interface RoleSample {
  readonly role: Role;
  readonly residentBytes: number;
  /** By process id and start time. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

/** What the processes of one role used while a scenario ran. Bytes. */
export interface MemoryUse {
  readonly scenario: string;
  readonly role: Role;
  /** Of these processes at most at once. */
  readonly processes: number;
  readonly before: number;
  /** The highest of all samples. */
  readonly peak: number;
  readonly after: number;
  /** Processor time. */
  readonly cpuSeconds: number;
}

interface Tally {
  readonly cpuBefore: Map<string, number>;
  readonly cpuLast: Map<string, number>;
  before: number;
  peak: number;
  after: number;
  processes: number;
}

/** Adds up samples of one scenario: the first is how it was before, the last how it is after. */
export class MemoryTally {
  readonly #roles = new Map<Role, Tally>();
  #samples = 0;

  add(samples: readonly RoleSample[]): void {
    for (const tally of this.#roles.values()) tally.after = 0;
    for (const { role, residentBytes, cpuSeconds } of samples) {
      const tally = this.#roles.get(role) ?? this.#begin(role);
      if (this.#samples === 0) tally.before = residentBytes;
      tally.after = residentBytes;
      tally.peak = Math.max(tally.peak, residentBytes);
      tally.processes = Math.max(tally.processes, cpuSeconds.size);
      for (const [process, seconds] of cpuSeconds) {
        if (this.#samples === 0) tally.cpuBefore.set(process, seconds);
        tally.cpuLast.set(process, seconds);
      }
    }
    this.#samples++;
  }

  #begin(role: Role): Tally {
    const tally: Tally = {
      cpuBefore: new Map(),
      cpuLast: new Map(),
      before: 0,
      peak: 0,
      after: 0,
      processes: 0,
    };
    this.#roles.set(role, tally);
    return tally;
  }

  /** In the order in which the roles were first seen. A process that came and went between two samples is not in it. */
  result(scenario: string): MemoryUse[] {
    return [...this.#roles].map(([role, { cpuBefore, cpuLast, ...memory }]) => {
      let cpuSeconds = 0;
      for (const [process, seconds] of cpuLast) cpuSeconds += seconds - (cpuBefore.get(process) ?? 0);
      return { scenario, role, ...memory, cpuSeconds };
    });
  }
}
