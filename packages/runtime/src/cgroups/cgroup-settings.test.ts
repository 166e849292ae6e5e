import type { PodSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { cgroupSettings } from './cgroup-settings.ts';
import { findHierarchies } from './find-hierarchies.ts';
import { containerLimits, limitedResources, podLimits } from './limits.ts';

const written = (version: 1 | 2, limits: Parameters<typeof cgroupSettings>[1]) =>
  cgroupSettings(version, limits).map(({ file, value }) => `${file} ${value}`);

describe('a container', () => {
  const resources = {
    requests: { cpu: '250m', memory: '64Mi' },
    limits: { cpu: '1500m', memory: '128Mi' },
  };
  const limits = containerLimits({ name: 'a', resources });

  it('is held to its limits by cgroups of version 1', () => {
    expect(written(1, { ...limits, pidsLimit: 100 })).toEqual([
      'cpu.shares 256',
      'memory.limit_in_bytes 134217728',
      'memory.memsw.limit_in_bytes 134217728',
      'cpu.cfs_period_us 100000',
      'cpu.cfs_quota_us 150000',
      'pids.max 100',
    ]);
  });

  it('is held to its limits by cgroups of version 2', () => {
    expect(written(2, { ...limits, pidsLimit: 100 })).toEqual([
      'cpu.weight 10',
      'memory.oom.group 1',
      'memory.max 134217728',
      'memory.swap.max 0',
      'cpu.max 150000 100000',
      'pids.max 100',
    ]);
  });

  it('without requests and limits takes what others leave', () => {
    expect(written(1, containerLimits({ name: 'a' }))).toEqual(['cpu.shares 2']);
    expect(written(2, containerLimits({ name: 'a' }))).toEqual(['cpu.weight 1', 'memory.oom.group 1']);
    expect(limitedResources({ name: 'a' })).toEqual([]);
  });

  it('never gets less processor time than the kernel can give', () => {
    const tiny = containerLimits({ name: 'a', resources: { limits: { cpu: '1m' } } });
    expect(written(1, tiny)).toContain('cpu.cfs_quota_us 1000');
  });
});

describe('a pod', () => {
  const limited = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } };

  it('is limited to what its containers may use together', () => {
    const spec: PodSpec = {
      containers: [
        { name: 'a', resources: limited },
        { name: 'b', resources: limited },
      ],
    };
    expect(podLimits(spec, 7)).toEqual({
      cpuRequestMillis: 1000,
      cpuLimitMillis: 2000,
      memoryLimitBytes: 2 ** 31,
      pidsLimit: 7,
    });
  });

  it('is not limited where one of its containers is not', () => {
    const spec: PodSpec = { containers: [{ name: 'a', resources: limited }, { name: 'b' }] };
    expect(podLimits(spec, undefined)).toEqual({ cpuRequestMillis: 500 });
  });

  it('may say its limits itself', () => {
    const spec: PodSpec = { resources: { limits: { memory: '1Gi' } }, containers: [{ name: 'a' }] };
    expect(podLimits(spec, undefined)).toEqual({ cpuRequestMillis: 0, memoryLimitBytes: 2 ** 30 });
  });
});

describe('the hierarchies', () => {
  const line = (root: string, mountPoint: string, end: string) =>
    `30 25 0:26 ${root} ${mountPoint} rw,relatime shared:4 - ${end}`;
  const version1 = [
    line('/', '/sys/fs/cgroup', 'tmpfs tmpfs rw'),
    line('/', '/sys/fs/cgroup/memory', 'cgroup cgroup rw,memory'),
    line('/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup cgroup rw,cpu,cpuacct'),
    line('/', '/sys/fs/cgroup/unified', 'cgroup2 cgroup2 rw'),
  ].join('\n');

  it('of version 1 are found at the own cgroup, also beside an empty version 2', () => {
    expect(findHierarchies(version1, '4:memory:/a/b\n2:cpu,cpuacct:/\n0::/x\n', () => ['hugetlb'])).toEqual({
      version: 1,
      directories: {
        memory: '/sys/fs/cgroup/memory/a/b',
        cpu: '/sys/fs/cgroup/cpu,cpuacct',
        cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
      },
    });
  });

  it('of version 2 are found where they have the controllers', () => {
    const mounts = line('/', '/sys/fs/cgroup', 'cgroup2 cgroup2 rw,nsdelegate');
    const own = '/sys/fs/cgroup/system.slice/berth.service';
    const found = findHierarchies(mounts, '0::/system.slice/berth.service\n', (directory) =>
      directory === own ? ['cpu', 'memory', 'pids'] : [],
    );
    expect(found).toEqual({
      version: 2,
      directories: { memory: own, cpu: own, cpuacct: own, pids: own },
    });
  });

  it('in a container begin at what the mount shows', () => {
    const mounts = [
      line('/docker/abc', '/sys/fs/cgroup/memory', 'cgroup cgroup rw,memory'),
      line('/docker/abc', '/sys/fs/cgroup/cpu', 'cgroup cgroup rw,cpu'),
    ].join('\n');
    const found = findHierarchies(mounts, '2:memory:/docker/abc/x\n1:cpu:/docker/abc\n', () => []);
    expect(found?.directories).toEqual({ memory: '/sys/fs/cgroup/memory/x', cpu: '/sys/fs/cgroup/cpu' });
  });

  it('are none where there is no controller', () => {
    expect(findHierarchies('', '', () => [])).toBeUndefined();
  });
});
