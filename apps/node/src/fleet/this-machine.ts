import { readFileSync, statfsSync } from 'node:fs';
import { arch, availableParallelism, freemem, platform, release, totalmem } from 'node:os';
import type { Machine } from './node-object.ts';

/** The kubelet's default eviction thresholds. */
const leastFreeMemoryBytes = 100 * 1024 * 1024;
const leastFreeDiskShare = 0.1;
const leastFreePidShare = 0.1;

/** This machine as of now; its storage is that of `dataDirectory`. */
export function thisMachine(dataDirectory: string): Machine {
  const disk = statfsSync(dataDirectory);
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    storageBytes: disk.blocks * disk.bsize,
    pressure: {
      memory: freemem() < leastFreeMemoryBytes,
      disk: disk.bavail < disk.blocks * leastFreeDiskShare,
      pid: isShortOfPids(),
    },
    ...systemInfo(),
  };
}

/** The machine that a simulated node pretends to be: nothing runs there, so it is never short of anything. */
export function simulatedMachine(): Machine {
  return {
    cpus: 256,
    memoryBytes: 2 ** 40,
    storageBytes: 2 ** 40,
    pressure: { memory: false, disk: false, pid: false },
    ...systemInfo(),
  };
}

function systemInfo() {
  const architectures: Record<string, string> = { x64: 'amd64', ia32: '386' };
  return {
    operatingSystem: platform(),
    architecture: architectures[arch()] ?? arch(),
    kernelVersion: release(),
    machineId: text('/etc/machine-id'),
    bootId: text('/proc/sys/kernel/random/boot_id'),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(text('/etc/os-release'))?.[1] ?? platform(),
  };
}

function isShortOfPids(): boolean {
  const most = Number(text('/proc/sys/kernel/pid_max'));
  const tasks = Number(/\d+\/(\d+)/.exec(text('/proc/loadavg'))?.[1]);
  // Systems without /proc do not say.
  return most > 0 && tasks > most * (1 - leastFreePidShare);
}

/** A file's text; empty where the system has no such file. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
