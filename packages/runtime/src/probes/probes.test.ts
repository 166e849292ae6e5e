import type { Container } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { ScriptedPod } from '../testing/scripted-driver.ts';
import type { ProbeOutcome } from './run-probe.ts';

const exec = { command: ['true'] };
const main = (more: Partial<Container>): Container => ({ name: 'main', image: 'i', ...more });
const failure: ProbeOutcome = { type: 'failure', output: 'no' };
const success: ProbeOutcome = { type: 'success' };

describe('a readiness probe', () => {
  it('decides whether the container is ready, and says why not', async () => {
    let answer: ProbeOutcome = failure;
    const pod = new ScriptedPod({
      spec: { containers: [main({ readinessProbe: { exec, periodSeconds: 5, failureThreshold: 2 } })] },
      probe: () => answer,
    });
    await pod.begin();
    expect(pod.status('main')).toMatchObject({ started: true, ready: false });
    answer = success;
    await pod.clock.advance(5_000);
    expect(pod.status('main')?.ready).toBe(true);
    answer = failure;
    await pod.clock.advance(5_000);
    expect(pod.status('main')?.ready).toBe(true);
    await pod.clock.advance(5_000);
    expect(pod.status('main')).toMatchObject({ ready: false, restartCount: 0 });
    expect(pod.events.filter(({ reason }) => reason === 'Unhealthy')[0]).toEqual({
      container: { name: 'main', kind: 'container' },
      type: 'Warning',
      reason: 'Unhealthy',
      message: 'Readiness probe failed: no',
    });
  });

  it('that cannot be run is tried three times, and changes nothing', async () => {
    let answer: ProbeOutcome = success;
    const pod = new ScriptedPod({
      spec: { containers: [main({ readinessProbe: { exec, periodSeconds: 5, failureThreshold: 1 } })] },
      probe: () => answer,
    });
    await pod.begin();
    answer = { type: 'error', message: 'no such port' };
    await pod.clock.advance(5_000);
    expect(pod.status('main')?.ready).toBe(true);
    expect(pod.messages('Unhealthy')).toEqual([
      'Readiness probe errored and resulted in unknown state: no such port',
    ]);
    expect(pod.journal.filter((line) => line === '5s readiness main')).toHaveLength(3);
  });

  it('goes on while the pod ends, the liveness probe does not', async () => {
    const pod = new ScriptedPod({
      spec: {
        containers: [
          main({ readinessProbe: { exec, periodSeconds: 5 }, livenessProbe: { exec, periodSeconds: 5 } }),
        ],
      },
      obeys: () => false,
    });
    await pod.begin();
    pod.machine.stop(20_000);
    await pod.clock.advance(12_000);
    expect(pod.journal.filter((line) => line.includes('readiness'))).toHaveLength(3);
    expect(pod.journal.filter((line) => line.includes('liveness'))).toHaveLength(1);
  });
});

describe('a liveness probe', () => {
  it('that fails ends the container with its own grace, and it runs again whatever it ended with', async () => {
    const pod = new ScriptedPod({
      spec: {
        restartPolicy: 'OnFailure',
        containers: [
          main({
            livenessProbe: {
              exec,
              periodSeconds: 10,
              initialDelaySeconds: 3,
              terminationGracePeriodSeconds: 5,
            },
          }),
        ],
      },
      probe: () => failure,
      obeys: () => false,
    });
    await pod.begin();
    await pod.clock.advance(24_000);
    expect(pod.journal).toEqual([
      '0s start main#0',
      '3s liveness main',
      '13s liveness main',
      '23s liveness main',
      '23s SIGTERM main#0',
    ]);
    expect(pod.messages('Killing')).toEqual(['Container main failed liveness probe, will be restarted']);
    await pod.end('main', 0);
    expect(pod.status('main')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } });
    await pod.clock.advance(23_000);
    expect(pod.journal.slice(-2)).toEqual(['47s liveness main', '47s SIGTERM main#1']);
    await pod.clock.advance(5_000);
    expect(pod.journal.at(-1)).toBe('52s SIGKILL main#1');
  });

  it('that fails is final where nothing restarts', async () => {
    const livenessProbe = { exec, failureThreshold: 1 };
    const pod = new ScriptedPod({
      spec: { restartPolicy: 'Never', containers: [main({ livenessProbe })] },
      probe: () => failure,
    });
    await pod.begin();
    expect(pod.messages('Killing')).toEqual(['Container main failed liveness probe']);
    expect(pod.machine.observe()).toMatchObject({ finished: true, stopped: true });
  });
});

describe('a startup probe', () => {
  it('holds the others back until it succeeds', async () => {
    let answer: ProbeOutcome = failure;
    const pod = new ScriptedPod({
      spec: {
        containers: [
          main({
            startupProbe: { exec, periodSeconds: 10, failureThreshold: 30 },
            readinessProbe: { exec, periodSeconds: 5 },
            livenessProbe: { exec, periodSeconds: 5 },
          }),
        ],
      },
      probe: (_name, kind) => (kind === 'startup' ? answer : success),
    });
    await pod.begin();
    await pod.clock.advance(10_000);
    expect(pod.status('main')).toMatchObject({ started: false, ready: false });
    answer = success;
    await pod.clock.advance(10_000);
    expect(pod.status('main')).toMatchObject({ started: true, ready: true });
    expect(pod.journal).toEqual([
      '0s start main#0',
      '0s startup main',
      '10s startup main',
      '20s startup main',
      '20s liveness main',
      '20s readiness main',
    ]);
    await pod.clock.advance(60_000);
    expect(pod.journal.filter((line) => line.includes('startup'))).toHaveLength(3);
  });

  it('that fails restarts the container', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [main({ startupProbe: { exec, failureThreshold: 2, periodSeconds: 1 } })] },
      probe: () => failure,
    });
    await pod.begin();
    await pod.clock.advance(1_000);
    expect(pod.messages('Killing')).toEqual(['Container main failed startup probe, will be restarted']);
    expect(pod.status('main')).toMatchObject({ restartCount: 1, started: false });
  });

  it('of a sidecar keeps the containers behind it waiting', async () => {
    let answer: ProbeOutcome = failure;
    const pod = new ScriptedPod({
      spec: {
        initContainers: [{ name: 'side', restartPolicy: 'Always', startupProbe: { exec, periodSeconds: 1 } }],
        containers: [main({})],
      },
      probe: () => answer,
    });
    await pod.begin();
    await pod.clock.advance(1_500);
    expect(pod.status('main')?.state?.waiting?.reason).toBe('PodInitializing');
    answer = success;
    await pod.clock.advance(1_000);
    expect(pod.status('main')?.state?.running).toBeDefined();
  });
});

describe('after a restart of the agent', () => {
  const startedAt = new Date('2025-12-31T00:00:00Z');
  const phase = { type: 'running', startedAt, started: false, ready: false } as const;
  const records = new Map([['main', { attempt: 2, containerId: 'scripted://x', backoffMs: 0, phase }]]);
  const container = main({
    startupProbe: { exec },
    readinessProbe: { exec, periodSeconds: 10, initialDelaySeconds: 60, failureThreshold: 1 },
  });
  const status = (containerID: string) => ({
    containerStatuses: [
      {
        name: 'main',
        image: 'i',
        imageID: '',
        restartCount: 2,
        started: true,
        ready: true,
        containerID,
        state: { running: { startedAt: startedAt.toISOString() } },
      },
    ],
  });

  it('a container stays ready until a probe says otherwise, and probes begin spread over their period', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container] },
      status: status('scripted://x'),
      records,
      probe: () => failure,
    });
    await pod.begin();
    expect(pod.status('main')).toMatchObject({ started: true, ready: true, restartCount: 2 });
    await pod.clock.advance(4_900);
    expect(pod.journal).toEqual([]);
    await pod.clock.advance(200);
    expect(pod.journal).toEqual(['5s readiness main']);
    expect(pod.status('main')).toMatchObject({ started: true, ready: false });
  });

  it('what was told of an earlier attempt counts for nothing', async () => {
    const pod = new ScriptedPod({
      spec: { containers: [container] },
      status: status('scripted://earlier'),
      records,
      probe: () => failure,
    });
    await pod.begin();
    expect(pod.status('main')).toMatchObject({ started: false, ready: false });
  });
});
