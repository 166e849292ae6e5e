import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cgroups, detectCgroups } from '../cgroups/detect-cgroups.ts';
import { podOf, processState, shell, stateOf, TestNode } from '../testing/process-node.ts';

let directory: string;
let node: TestNode;
let cgroups: Cgroups | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-limits-'));
});
afterEach(async () => {
  await node.close();
  if (cgroups?.type === 'available')
    await vi.waitFor(() => expect(cgroups?.type === 'available' && cgroups.node.remove()).toBe(true));
  cgroups = undefined;
  expect(node.errors).toEqual([]);
  await rm(directory, { recursive: true, force: true });
});

const probe = await mkdtemp(join(tmpdir(), 'berth-cgroups-'));
const detected = detectCgroups(probe);
if (detected.type === 'available') detected.node.remove();

// Where the system has no cgroups to give, the last test is what holds.
describe.runIf(detected.type === 'available')('where the system has cgroups', () => {
  /** Fills memory until it is killed, or to 256 MiB. */
  const hungry = 'x=$(head -c 268435456 /dev/zero | tr "\\0" x); echo survived';
  beforeEach(async () => {
    cgroups = detectCgroups(directory);
    node = await TestNode.start({ cgroups, podPidsLimit: 64 }, directory);
  });
  const nodeCgroup = () => {
    if (cgroups?.type !== 'available') throw new Error('no cgroups');
    return cgroups.node;
  };

  it('a container that takes more memory than its limit is OOMKilled', async () => {
    const resources = { limits: { memory: '32Mi' } };
    const pod = podOf({ containers: [{ ...shell('main', `exec sh -c '${hungry}'`), resources }] });
    await node.run(pod);
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'OOMKilled',
    });
    expect(nodeCgroup().child(`pod${pod.metadata.uid}`).children()).toEqual([]);
  });

  it('a container that is killed otherwise is not', async () => {
    const resources = { limits: { memory: '32Mi' } };
    const pod = podOf({ containers: [{ ...shell('main', 'kill -9 $$$$'), resources }] });
    await node.run(pod);
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'Error',
    });
  });

  it('a container is in a cgroup with its limits, inside of its pod with its own', async () => {
    const resources = { requests: { cpu: '100m' }, limits: { cpu: '500m', memory: '64Mi' } };
    const pod = podOf({
      containers: [{ ...shell('main', 'echo $$$$; while :; do sleep 0.05; done'), resources }],
    });
    await node.run(pod);
    await node.running(pod);
    await node.wrote(pod, 'main', '\n');
    const pid = (await node.log(pod, 'main')).trim();
    const pods = nodeCgroup().child(`pod${pod.metadata.uid}`);
    const container = pods.child('main-0');
    expect(readFileSync(container.joinFiles[0] ?? '', 'utf8').split('\n')).toContain(pid);
    expect(container.usage()?.memoryBytes).toBeGreaterThan(0);
    expect(container.usage()?.processes).toBeGreaterThan(0);
    const { version, directories } = pods.place;
    const [file, value] = version === 1 ? ['cpu.cfs_quota_us', '50000'] : ['cpu.max', '50000 100000'];
    expect(readFileSync(join(directories.cpu ?? '', file), 'utf8').trim()).toBe(value);
    expect(readFileSync(join(directories.pids ?? '', 'pids.max'), 'utf8').trim()).toBe('64');
    await node.runtime.remove(pod.metadata.uid ?? '');
    expect(nodeCgroup().children()).toEqual([]);
  });

  it('nothing of a container outlives it, not even what left its process group', async () => {
    const pod = podOf({
      containers: [shell('main', 'setsid sh -c "echo \\$\\$; exec sleep 1000" & sleep 0.3')],
    });
    await node.run(pod);
    await node.stopped(pod);
    const pid = Number((await node.log(pod, 'main')).trim());
    expect(pid).toBeGreaterThan(0);
    await vi.waitFor(() => expect(['gone', 'Z']).toContain(processState(pid)));
  });

  it('a command of a probe counts as the container', async () => {
    const pod = podOf({
      containers: [
        {
          ...shell('main', 'while :; do sleep 0.05; done'),
          readinessProbe: {
            exec: { command: ['/bin/sh', '-c', `cat /proc/self/cgroup > ${directory}/seen`] },
            initialDelaySeconds: 0,
          },
        },
      ],
    });
    await node.run(pod);
    await node.until(pod, (seen) => stateOf(seen, 'main').ready);
    expect(readFileSync(`${directory}/seen`, 'utf8')).toContain(`pod${pod.metadata.uid}/main-0`);
  });

  it('the next agent finds the cgroups again, sees what was killed, and removes what belongs to nobody', async () => {
    const go = join(directory, 'go');
    const resources = { limits: { memory: '32Mi' } };
    const script = `until [ -e ${go} ]; do sleep 0.05; done; exec sh -c '${hungry}'`;
    const pod = podOf({ containers: [{ ...shell('main', script), resources }] });
    await node.run(pod);
    await node.running(pod);
    nodeCgroup().child('podgone').child('main-0').make(undefined);
    await node.restart({ stopPods: false });
    expect(nodeCgroup().children()).toEqual([`pod${pod.metadata.uid}`]);
    mkdirSync(go);
    await node.run(pod);
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated?.reason).toBe('OOMKilled');
    await node.restart({ stopPods: false });
    await node.run(pod);
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated?.reason).toBe('OOMKilled');
  });

  it('the node says that limits are enforced', () => {
    expect(node.runtime.limits).toMatchObject({ enforced: true });
    expect(node.events).toEqual([]);
  });
});

it('where it has none, the node and an Event of each limited container say so, and it runs', async () => {
  node = await TestNode.start({ cgroups: { type: 'unavailable', reason: 'no cgroups here' } }, directory);
  const resources = { limits: { cpu: '1', memory: '32Mi' } };
  const pod = podOf({ containers: [{ ...shell('main', 'true'), resources }, shell('free', 'true')] });
  await node.run(pod);
  await node.stopped(pod);
  expect(node.runtime.limits).toEqual({
    enforced: false,
    reason: 'NoCgroups',
    message: 'limits of cpu and memory are not enforced: no cgroups here',
  });
  expect(node.events.filter(({ type }) => type === 'Warning')).toMatchObject([
    {
      container: { name: 'main' },
      reason: 'LimitsNotEnforced',
      message: 'limits of cpu and memory are not enforced on this node: no cgroups here',
    },
  ]);
  expect(existsSync(probe)).toBe(true);
  await rm(probe, { recursive: true });
});
