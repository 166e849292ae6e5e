import type { Container } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { ScriptedPod } from '../testing/scripted-driver.ts';

const handler = () => ({ exec: { command: ['hook'] } });
const container = (name: string, ...hooks: Array<'postStart' | 'preStop'>): Container => ({
  name,
  image: 'i',
  lifecycle: Object.fromEntries(hooks.map((hook) => [hook, handler()])),
});

describe('postStart', () => {
  it('comes before the container counts as running, and before the next one starts', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container('a', 'postStart'), container('b')] },
      hook: () => ({ seconds: 3 }),
    });
    await pod.begin();
    expect(pod.status('a')?.state?.waiting?.reason).toBe('ContainerCreating');
    await pod.clock.advance(3_000);
    expect(pod.status('a')?.state?.running).toBeDefined();
    expect(pod.journal).toEqual(['0s start a#0', '0s postStart a', '3s start b#0']);
  });

  it('that fails ends the container, which restarts by its policy', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container('a', 'postStart')] },
      hook: () => ({ seconds: 1, fails: true }),
    });
    await pod.begin();
    await pod.clock.advance(1_000);
    expect(pod.messages('FailedPostStartHook')).toEqual(['PostStartHook failed']);
    expect(pod.messages('Killing')).toEqual(['FailedPostStartHook']);
    expect(pod.journal.slice(0, 4)).toEqual([
      '0s start a#0',
      '0s postStart a',
      '1s SIGTERM a#0',
      '1s start a#1',
    ]);
  });

  it('does not outlive its container', async () => {
    const pod = new ScriptedPod({
      spec: { restartPolicy: 'Never', containers: [container('a', 'postStart')] },
      hook: () => ({ seconds: 60 }),
    });
    await pod.begin();
    await pod.end('a', 3);
    expect(pod.journal).toContain('0s postStart a cut off');
    expect(pod.status('a')?.state?.terminated).toMatchObject({ exitCode: 3 });
    expect(pod.machine.observe()).toMatchObject({ finished: true, stopped: true });
  });

  it('does not hold up the end of the pod', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container('a', 'postStart')] },
      hook: () => ({ seconds: 600 }),
    });
    await pod.begin();
    pod.machine.stop(10_000);
    await pod.clock.advance(0);
    expect(pod.journal.slice(-2)).toEqual(['0s postStart a cut off', '0s SIGTERM a#0']);
    expect(pod.machine.observe().stopped).toBe(true);
  });
});

describe('preStop', () => {
  it('comes before the stop signal and counts against the grace', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container('a', 'preStop')] },
      hook: () => ({ seconds: 4 }),
      obeys: () => false,
    });
    await pod.begin();
    pod.machine.stop(10_000);
    await pod.clock.advance(10_000);
    expect(pod.journal).toEqual(['0s start a#0', '0s preStop a', '4s SIGTERM a#0', '10s SIGKILL a#0']);
    expect(pod.machine.observe().stopped).toBe(true);
  });

  it('that takes longer than the grace is cut off, and the container still gets two seconds', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container('a', 'preStop')] },
      hook: () => ({ seconds: 60 }),
      obeys: () => false,
    });
    await pod.begin();
    pod.machine.stop(5_000);
    await pod.clock.advance(7_000);
    expect(pod.journal.slice(1)).toEqual([
      '0s preStop a',
      '5s preStop a cut off',
      '5s SIGTERM a#0',
      '7s SIGKILL a#0',
    ]);
    expect(pod.messages('FailedPreStopHook')).toEqual(['PreStopHook failed']);
  });

  it('is left out where there is no grace', async () => {
    const pod = new ScriptedPod({ spec: { containers: [container('a', 'preStop')] } });
    await pod.begin();
    pod.machine.stop(0);
    await pod.clock.advance(0);
    expect(pod.journal.slice(1)).toEqual(['0s SIGTERM a#0']);
  });

  it('runs when a probe ends the container, too', async () => {
    const livenessProbe = { exec: { command: ['x'] }, failureThreshold: 1, periodSeconds: 100 };
    const pod = new ScriptedPod({
      spec: { containers: [{ ...container('a', 'preStop'), livenessProbe }] },
      probe: () => ({ type: 'failure', output: '' }),
      hook: () => ({ seconds: 2 }),
    });
    await pod.begin();
    await pod.clock.advance(2_000);
    expect(pod.journal.slice(0, 5)).toEqual([
      '0s start a#0',
      '0s liveness a',
      '0s preStop a',
      '2s SIGTERM a#0',
      '2s start a#1',
    ]);
  });

  it('of all containers runs at once; sidecars are asked last, the last started first', async () => {
    const sidecar = (name: string): Container => ({ ...container(name, 'preStop'), restartPolicy: 'Always' });
    const pod = new ScriptedPod({
      spec: {
        initContainers: [sidecar('one'), sidecar('two')],
        containers: [container('main', 'preStop')],
      },
      hook: (name) => ({ seconds: name === 'main' ? 3 : 1 }),
    });
    await pod.begin();
    pod.machine.stop(30_000);
    await pod.clock.advance(5_000);
    expect(pod.journal.slice(3)).toEqual([
      '0s preStop one',
      '0s preStop two',
      '0s preStop main',
      '3s SIGTERM main#0',
      '3s SIGTERM two#0',
      '3s SIGTERM one#0',
    ]);
  });

  it('gets less when the pod is deleted again with a shorter grace', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container('a', 'preStop')] },
      hook: () => ({ seconds: 60 }),
    });
    await pod.begin();
    pod.machine.stop(100_000);
    await pod.clock.advance(1_000);
    pod.machine.stop(1_000);
    await pod.clock.advance(1_000);
    expect(pod.journal.slice(-2)).toEqual(['2s preStop a cut off', '2s SIGTERM a#0']);
  });
});

it("a container's own stop signal is sent in place of SIGTERM", async () => {
  const pod = new ScriptedPod({
    spec: { containers: [{ name: 'a', image: 'i', lifecycle: { stopSignal: 'SIGUSR1' } }] },
  });
  await pod.begin();
  pod.machine.stop(10_000);
  await pod.clock.advance(0);
  expect(pod.journal).toEqual(['0s start a#0', '0s SIGUSR1 a#0']);
});
