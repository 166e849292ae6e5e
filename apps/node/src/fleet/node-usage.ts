import { readFileSync, statfsSync } from 'node:fs';
import { cpus, freemem, totalmem, uptime } from 'node:os';
import type { ProcessUsage } from '@berth/runtime';

export interface FileSystemStats {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
}

/** What a whole machine uses at one moment. */
export interface NodeUsage {
  readonly at: Date;
  /** When the machine started. */
  readonly startedAt: Date;
  readonly total: ProcessUsage;
  readonly mostProcesses: number;
  readonly storage: FileSystemStats;
}

/** This machine; its storage is that of `dataDirectory`. */
export function thisMachinesUsage(dataDirectory: string, now: Date): NodeUsage {
  const meminfo = text('/proc/meminfo');
  const kibibytes = (name: string) => numberIn(meminfo, new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm'));
  const availableBytes = (kibibytes('MemAvailable') ?? freemem() / 1024) * 1024;
  const usedBytes = totalmem() - (kibibytes('MemFree') ?? freemem() / 1024) * 1024;
  const vmstat = text('/proc/vmstat');
  const disk = statfsSync(dataDirectory);
  const busyMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return {
    at: now,
    startedAt: new Date(Math.floor(now.getTime() / 1000 - uptime()) * 1000),
    total: {
      cpuNanoSeconds: busyMs * 1_000_000,
      memoryBytes: usedBytes,
      workingSetBytes: totalmem() - availableBytes,
      rssBytes: (kibibytes('AnonPages') ?? 0) * 1024,
      pageFaults: numberIn(vmstat, /^pgfault (\d+)$/m) ?? 0,
      majorPageFaults: numberIn(vmstat, /^pgmajfault (\d+)$/m) ?? 0,
      processes: numberIn(text('/proc/loadavg'), /\d+\/(\d+)/) ?? 0,
    },
    mostProcesses: Number(text('/proc/sys/kernel/pid_max')) || 0,
    storage: {
      capacityBytes: disk.blocks * disk.bsize,
      availableBytes: disk.bavail * disk.bsize,
      usedBytes: (disk.blocks - disk.bfree) * disk.bsize,
    },
  };
}

function numberIn(from: string, pattern: RegExp): number | undefined {
  const [, number] = pattern.exec(from) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** A file's text; empty where the system has no such file. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
