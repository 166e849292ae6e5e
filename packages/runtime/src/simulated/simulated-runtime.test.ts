import type { Pod, PodSpec, PodStatus } from '@berth/kinds';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRuntime } from './simulated-runtime.ts';

let clock: FakeClock;
let runtime: SimulatedRuntime;
beforeEach(() => {
  clock = new FakeClock();
  runtime = new SimulatedRuntime({ clock, nodeIndex: 0 });
});

let pods = 0;
function podOf(annotations: Record<string, string>, spec: PodSpec = {}): Pod {
  pods += 1;
  const scripted = Object.entries(annotations).map(([what, value]) => [`simulated.berth.dev/${what}`, value]);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'ns', uid: `uid-${pods}`, annotations: Object.fromEntries(scripted) },
    spec: { containers: [{ name: 'main' }], ...spec },
  };
}
const summary = (pod: Pod) => {
  const observation = runtime.observe(pod.metadata.uid ?? '');
  if (observation === undefined) return 'none';
  return observation.containers
    .map(({ name, status }) => {
      const { running, terminated, waiting } = status.state ?? {};
      const state = running
        ? `running${status.ready ? ' ready' : ''}`
        : (terminated?.exitCode ?? waiting?.reason);
      return `${name} ${state} #${status.restartCount}`;
    })
    .join(', ');
};

describe('a simulated pod', () => {
  it.each<[string, Record<string, string>, PodSpec, Array<[number, string]>]>([
    [
      'of restart policy Always runs on',
      {},
      {},
      [
        [0, 'main ContainerCreating #0'],
        [100, 'main running ready #0'],
        [86_400_000, 'main running ready #0'],
      ],
    ],
    [
      'of a Job succeeds after a second',
      {},
      { restartPolicy: 'Never' },
      [
        [100, 'main running ready #0'],
        [1_000, 'main 0 #0'],
      ],
    ],
    [
      'runs and exits as scripted',
      { 'run-seconds': '5', 'exit-code': '7', 'start-delay-ms': '2000' },
      { restartPolicy: 'Never' },
      [
        [1_999, 'main ContainerCreating #0'],
        [1, 'main running ready #0'],
        [4_999, 'main running ready #0'],
        [1, 'main 7 #0'],
      ],
    ],
    [
      'becomes ready when scripted',
      { 'ready-after-seconds': '3' },
      {},
      [
        [100, 'main running #0'],
        [2_999, 'main running #0'],
        [1, 'main running ready #0'],
      ],
    ],
    [
      'never becomes ready if scripted',
      { 'ready-after-seconds': 'never' },
      {},
      [[3_600_000, 'main running #0']],
    ],
    [
      'fails the scripted number of times, with crash backoff in between',
      { 'fail-times': '2' },
      { restartPolicy: 'OnFailure' },
      [
        [1_100, 'main 1 #0'],
        [1_100, 'main CrashLoopBackOff #1'],
        [9_999, 'main CrashLoopBackOff #1'],
        [101, 'main running ready #2'],
        [1_000, 'main 0 #2'],
      ],
    ],
    [
      'waits for the scripted reason',
      { 'waiting-reason': 'ImagePullBackOff' },
      {},
      [[60_000, 'main ImagePullBackOff #0']],
    ],
    [
      'has a script for each container',
      { 'run-seconds.one': '1', 'exit-code.one': '3', 'run-seconds.two': '2' },
      { restartPolicy: 'Never', containers: [{ name: 'one' }, { name: 'two' }] },
      [
        [200, 'one running ready #0, two running ready #0'],
        [1_000, 'one 3 #0, two running ready #0'],
        [1_000, 'one 3 #0, two 0 #0'],
      ],
    ],
    [
      'runs init containers first',
      { 'run-seconds': '1' },
      { restartPolicy: 'Never', initContainers: [{ name: 'init' }] },
      [
        [100, 'init running #0, main PodInitializing #0'],
        [1_100, 'init 0 #0, main running ready #0'],
        [1_000, 'init 0 #0, main 0 #0'],
      ],
    ],
    [
      'becomes ready after it has started, and unready again, when scripted',
      { 'started-after-seconds': '2', 'ready-after-seconds': '1', 'unready-after-seconds': '5' },
      {},
      [
        [100, 'main running #0'],
        [1_999, 'main running #0'],
        [1, 'main running ready #0'],
        [2_999, 'main running ready #0'],
        [1, 'main running #0'],
      ],
    ],
    [
      'starts the next container once a sidecar has started',
      { 'started-after-seconds.side': '3' },
      { initContainers: [{ name: 'side', restartPolicy: 'Always', startupProbe: {} }] },
      [
        [1_000, 'side running #0, main PodInitializing #0'],
        [2_200, 'side running ready #0, main running ready #0'],
      ],
    ],
    [
      'is restarted when its liveness probe fails',
      { 'liveness-fails-after-seconds': '3' },
      {},
      [
        [3_099, 'main running ready #0'],
        [101, 'main running ready #1'],
        [3_000, 'main CrashLoopBackOff #1'],
      ],
    ],
    [
      'ends in a crash loop if scripted',
      { 'run-seconds': '1', 'exit-code': '2' },
      {},
      [
        [1_100, 'main 2 #0'],
        [1_100, 'main CrashLoopBackOff #1'],
        [10_100, 'main running ready #2'],
        [1_000, 'main CrashLoopBackOff #2'],
        [19_900, 'main CrashLoopBackOff #2'],
        [200, 'main running ready #3'],
      ],
    ],
  ])('%s', async (...[, annotations, spec, steps]) => {
    const pod = podOf(annotations, spec);
    await runtime.run('default', pod);
    for (const [ms, expected] of steps) {
      await clock.advance(ms);
      expect(summary(pod)).toBe(expected);
    }
  });

  it('takes another readiness while it runs', async () => {
    const pod = podOf({});
    const saying = (ready: string): Pod => ({
      ...pod,
      metadata: { ...pod.metadata, annotations: { 'simulated.berth.dev/ready': ready } },
    });
    await runtime.run('default', saying('false'));
    await clock.advance(100);
    expect(summary(pod)).toBe('main running #0');
    await runtime.run('default', saying('true'));
    expect(summary(pod)).toBe('main running ready #0');
  });

  it('ends as scripted: slowly, with its reason and its message', async () => {
    const pod = podOf({
      'stop-seconds': '4',
      'exit-reason': 'OOMKilled',
      'termination-message': 'too much',
    });
    await runtime.run('default', pod);
    await clock.advance(100);
    runtime.stop(pod.metadata.uid ?? '', 30);
    await clock.advance(3_999);
    expect(runtime.observe(pod.metadata.uid ?? '')?.stopped).toBe(false);
    await clock.advance(1);
    const ended = runtime.observe(pod.metadata.uid ?? '');
    expect(ended?.stopped).toBe(true);
    expect(ended?.containers[0]?.status.state?.terminated).toMatchObject({
      exitCode: 143,
      reason: 'OOMKilled',
      message: 'too much',
    });
  });

  it('is killed at the end of its grace if it never ends by itself', async () => {
    const pod = podOf({ 'stop-seconds': 'never' });
    await runtime.run('default', pod);
    await clock.advance(100);
    runtime.stop(pod.metadata.uid ?? '', 5);
    await clock.advance(5_000);
    expect(summary(pod)).toBe('main 137 #0');
  });

  it('stops at once and leaves nothing', async () => {
    const pod = podOf({});
    await runtime.run('default', pod);
    await clock.advance(100);
    runtime.stop(pod.metadata.uid ?? '', 30);
    await clock.advance(0);
    expect(summary(pod)).toBe('main 143 #0');
    expect(runtime.observe(pod.metadata.uid ?? '')?.stopped).toBe(true);
    await runtime.remove(pod.metadata.uid ?? '');
    expect(summary(pod)).toBe('none');
  });

  it('goes on after a restart of the agent from what its status says', async () => {
    const pod = podOf({ 'run-seconds': '60', 'fail-times': '1' }, { restartPolicy: 'OnFailure' });
    await runtime.run('default', pod);
    await clock.advance(90_000);
    const before = runtime.observe(pod.metadata.uid ?? '');
    expect(summary(pod)).toBe('main running ready #1');
    const status: PodStatus = {
      containerStatuses: before?.containers.map((container) => container.status) ?? [],
      ...(before?.podIp === undefined ? {} : { podIP: before.podIp }),
    };
    await runtime.close();
    runtime = new SimulatedRuntime({ clock, nodeIndex: 0 });
    await runtime.run('default', { ...pod, status });
    expect(runtime.observe(pod.metadata.uid ?? '')).toEqual(before);
    await clock.advance(29_000);
    expect(summary(pod)).toBe('main running ready #1');
    await clock.advance(2_000);
    expect(summary(pod)).toBe('main 0 #1');
    expect(runtime.observe(pod.metadata.uid ?? '')?.finished).toBe(true);
  });

  it('uses what it is said to use', async () => {
    const pod = podOf({ 'cpu-millis': '250', 'memory-bytes': '1000000' });
    await runtime.run('default', pod);
    await clock.advance(10_100);
    expect(await runtime.usage(pod.metadata.uid ?? '')).toMatchObject({
      total: { cpuNanoSeconds: 2.5e9, workingSetBytes: 1_000_000 },
      containers: [{ name: 'main' }],
    });
    expect(await runtime.usage('none')).toBeUndefined();
  });

  it('has an address of its own', async () => {
    const addresses = new Set<string | undefined>();
    for (let count = 0; count < 300; count += 1) {
      const pod = podOf({});
      await runtime.run('default', pod);
      await clock.advance(100);
      addresses.add(runtime.observe(pod.metadata.uid ?? '')?.podIp);
    }
    expect(addresses.size).toBe(300);
    expect(addresses).not.toContain(undefined);
  });
});
