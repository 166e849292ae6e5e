import type { Limits } from './limits.ts';

/** Of which hierarchy a file is; with version 2 there is only one. */
export type Controller = 'memory' | 'cpu' | 'cpuacct' | 'pids';

export interface CgroupSetting {
  readonly controller: Controller;
  readonly file: string;
  readonly value: string;
  /** Some systems have no such file: no swap accounting, say. */
  readonly isOptional?: true;
}

/** The kernel's bounds and units. https://docs.kernel.org/scheduler/sched-bwc.html */
const periodUs = 100_000;
const leastQuotaUs = 1_000;
const leastShares = 2;
const mostShares = 262_144;

/**
 * What to write into a new cgroup, in order, as the kubelet and runc would.
 * https://kubernetes.io/docs/concepts/architecture/cgroups/
 */
export function cgroupSettings(version: 1 | 2, limits: Limits): CgroupSetting[] {
  return version === 1 ? settingsOfVersion1(limits) : settingsOfVersion2(limits);
}

function settingsOfVersion1(limits: Limits): CgroupSetting[] {
  const { memoryLimitBytes, cpuLimitMillis, pidsLimit } = limits;
  const settings: CgroupSetting[] = [
    { controller: 'cpu', file: 'cpu.shares', value: String(shares(limits.cpuRequestMillis)) },
  ];
  if (memoryLimitBytes !== undefined) {
    const value = String(memoryLimitBytes);
    settings.push({ controller: 'memory', file: 'memory.limit_in_bytes', value });
    // Memory and swap together: no swap.
    settings.push({ controller: 'memory', file: 'memory.memsw.limit_in_bytes', value, isOptional: true });
  }
  if (cpuLimitMillis !== undefined) {
    settings.push({ controller: 'cpu', file: 'cpu.cfs_period_us', value: String(periodUs) });
    settings.push({ controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(quota(cpuLimitMillis)) });
  }
  if (pidsLimit !== undefined) {
    settings.push({ controller: 'pids', file: 'pids.max', value: String(pidsLimit), isOptional: true });
  }
  return settings;
}

function settingsOfVersion2(limits: Limits): CgroupSetting[] {
  const { memoryLimitBytes, cpuLimitMillis, pidsLimit } = limits;
  const settings: CgroupSetting[] = [
    { controller: 'cpu', file: 'cpu.weight', value: String(weight(limits.cpuRequestMillis)) },
    // A container dies of a lack of memory as a whole, not process by process.
    { controller: 'memory', file: 'memory.oom.group', value: '1', isOptional: true },
  ];
  if (memoryLimitBytes !== undefined) {
    settings.push({ controller: 'memory', file: 'memory.max', value: String(memoryLimitBytes) });
    settings.push({ controller: 'memory', file: 'memory.swap.max', value: '0', isOptional: true });
  }
  if (cpuLimitMillis !== undefined) {
    settings.push({ controller: 'cpu', file: 'cpu.max', value: `${quota(cpuLimitMillis)} ${periodUs}` });
  }
  if (pidsLimit !== undefined) {
    settings.push({ controller: 'pids', file: 'pids.max', value: String(pidsLimit), isOptional: true });
  }
  return settings;
}

function shares(millis: number): number {
  return Math.min(Math.max(Math.floor((millis * 1024) / 1000), leastShares), mostShares);
}

/** Shares of 2 to 262144 as weights of 1 to 10000. */
function weight(millis: number): number {
  return 1 + Math.floor(((shares(millis) - leastShares) * 9999) / (mostShares - leastShares));
}

function quota(millis: number): number {
  return Math.max(Math.floor((millis * periodUs) / 1000), leastQuotaUs);
}
