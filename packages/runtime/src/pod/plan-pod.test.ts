import type { Container, PodSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { restartAfter } from './backoff.ts';
import type { ContainerRecord } from './container-record.ts';
import { containerStatus } from './container-status.ts';
import { planPod } from './plan-pod.ts';

const now = new Date('2026-01-01T00:10:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const base = { attempt: 0, containerId: 'process://1', backoffMs: 0 };
const running: ContainerRecord = {
  ...base,
  phase: { type: 'running', startedAt: ago(5), started: true, ready: true },
};
const exited = (exitCode: number, more: Partial<ContainerRecord> = {}): ContainerRecord => ({
  ...base,
  ...more,
  phase: {
    type: 'exited',
    termination: {
      containerId: 'process://1',
      exitCode,
      reason: 'Error',
      startedAt: ago(5),
      finishedAt: ago(1),
    },
  },
});
const plan = (spec: PodSpec, records: Record<string, ContainerRecord>) => {
  const { start, finished, initialized, backingOff } = planPod(spec, new Map(Object.entries(records)), now);
  return {
    start: start.map(({ podContainer, attempt }) => `${podContainer.container.name}#${attempt}`),
    finished,
    initialized,
    backingOff: Object.fromEntries(backingOff),
  };
};

const initSpec: PodSpec = {
  restartPolicy: 'OnFailure',
  initContainers: [{ name: 'one' }, { name: 'side', restartPolicy: 'Always' }, { name: 'two' }],
  containers: [{ name: 'a' }, { name: 'b' }],
};

describe('init containers and sidecars start in order', () => {
  it.each<[Record<string, ContainerRecord>, string[]]>([
    [{}, ['one#0']],
    [{ one: running }, []],
    [{ one: exited(0) }, ['side#0']],
    [{ one: exited(1) }, ['one#1']],
    [{ one: exited(0), side: running }, ['two#0']],
    [{ one: exited(0), side: exited(0) }, ['side#1', 'two#0']],
    [{ one: exited(0), side: running, two: running }, []],
    [{ one: exited(0), side: running, two: exited(0) }, ['a#0', 'b#0']],
    [{ one: exited(0), side: exited(1), two: exited(0), a: running, b: running }, ['side#1']],
  ])('with %j it starts %j', (records, expected) => {
    expect(plan(initSpec, records).start).toEqual(expected);
  });

  it('a pod whose init container failed for good is finished', () => {
    const spec: PodSpec = { ...initSpec, restartPolicy: 'Never' };
    expect(plan(spec, { one: exited(3) })).toEqual({
      start: [],
      finished: true,
      initialized: false,
      backingOff: {},
    });
  });
});

describe('restart policy', () => {
  const restart = { action: 'Restart', exitCodes: { operator: 'In', values: [42] } };
  const policies = (pod: PodSpec['restartPolicy'], own: Partial<Container> = {}): PodSpec => ({
    ...(pod === undefined ? {} : { restartPolicy: pod }),
    containers: [{ name: 'a', ...own }],
  });
  const ruled = { restartPolicy: 'Never', restartPolicyRules: [restart] };
  it.each([
    { guarantee: 'Always restarts a success', spec: policies('Always'), exitCode: 0, restarts: true },
    { guarantee: 'no policy is Always', spec: policies(undefined), exitCode: 0, restarts: true },
    { guarantee: 'OnFailure leaves a success', spec: policies('OnFailure'), exitCode: 0, restarts: false },
    { guarantee: 'OnFailure restarts a failure', spec: policies('OnFailure'), exitCode: 1, restarts: true },
    { guarantee: 'Never leaves a failure', spec: policies('Never'), exitCode: 1, restarts: false },
    {
      guarantee: "a container's own policy wins",
      spec: policies('Never', { restartPolicy: 'OnFailure' }),
      exitCode: 1,
      restarts: true,
    },
    {
      guarantee: 'a matching rule wins over both',
      spec: policies('Never', ruled),
      exitCode: 42,
      restarts: true,
    },
    {
      guarantee: 'another exit code is left to the policy',
      spec: policies('Never', ruled),
      exitCode: 41,
      restarts: false,
    },
  ])('$guarantee', ({ spec, exitCode, restarts }) => {
    const { start, finished } = plan(spec, { a: exited(exitCode) });
    expect({ start, finished }).toEqual({ start: restarts ? ['a#1'] : [], finished: !restarts });
  });

  it('a pod is finished only when every main container is', () => {
    const spec: PodSpec = { restartPolicy: 'Never', containers: [{ name: 'a' }, { name: 'b' }] };
    expect(plan(spec, { a: exited(0), b: running }).finished).toBe(false);
    expect(plan(spec, { a: exited(0), b: exited(1) }).finished).toBe(true);
  });
});

describe('crash backoff', () => {
  it('doubles from ten seconds to five minutes after a first restart at once', () => {
    const ended = { containerId: '', exitCode: 1, reason: 'Error', startedAt: ago(2), finishedAt: ago(1) };
    const waits: number[] = [];
    let backoffMs = 0;
    for (let restart = 0; restart < 8; restart += 1) {
      const next = restartAfter(ended, backoffMs);
      waits.push((next.notBefore.getTime() - ended.finishedAt.getTime()) / 1000);
      ({ backoffMs } = next);
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('starts over after an attempt that lasted more than ten minutes', () => {
    const ended = { containerId: '', exitCode: 1, reason: 'Error', startedAt: ago(700), finishedAt: ago(1) };
    expect(restartAfter(ended, 300_000)).toEqual({ notBefore: ended.finishedAt, backoffMs: 10_000 });
  });

  it('shows as CrashLoopBackOff in the words of the kubelet', () => {
    const spec: PodSpec = { restartPolicy: 'Always', containers: [{ name: 'a' }] };
    const record = exited(1, { attempt: 4, backoffMs: 80_000 });
    expect(plan(spec, { a: record })).toMatchObject({ start: [], backingOff: { a: 80_000 } });
    const status = containerStatus({ container: { name: 'a', image: 'i' }, role: 'main' }, record, {
      podName: 'p',
      namespace: 'ns',
      podUid: 'u-1',
      initialized: true,
      hasInitContainers: false,
      backoffMs: 80_000,
    });
    expect(status.state?.waiting).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 1m20s restarting failed container=a pod=p_ns(u-1)',
    });
    expect(status).toMatchObject({ restartCount: 4, ready: false, started: false });
    expect(status.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
  });
});
