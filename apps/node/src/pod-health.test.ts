import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Container, PodCondition, PodSpec } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podPath } from './testing/fleet-api.ts';
import { podOf, shell, TestAgent } from './testing/test-agent.ts';

let agent: TestAgent;
beforeEach(async () => {
  agent = await TestAgent.start();
});
afterEach(() => agent.close());

const loop = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done";
const ready = (conditions: readonly PodCondition[] = []) => conditions.find(({ type }) => type === 'Ready');
const messages = (reason: string) =>
  agent.api
    .events()
    .filter((event) => event.reason === reason)
    .map(({ message }) => message);
const file = (name: string) => `${agent.directory}/${name}`;
const probed = (name: string): Container => ({
  ...shell('main', `echo $$$$ >> ${file('starts')}; ${loop}`),
  readinessProbe: {
    exec: { command: ['/bin/sh', '-c', `[ -e ${file(name)} ]`] },
    periodSeconds: 1,
    failureThreshold: 1,
  },
});

describe('readiness', () => {
  it('of a pod follows its probe, in the words of the kubelet', async () => {
    agent.api.putPod(podOf('web', { restartPolicy: 'Always', containers: [probed('well')] }));
    const unready = await agent.api.untilPod('web', ({ phase }) => phase === 'Running');
    expect(ready(unready.status?.conditions)).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [main]',
    });
    expect(unready.status?.containerStatuses).toMatchObject([{ ready: false, started: true }]);
    await agent.api.until(() => messages('Unhealthy').includes('Readiness probe failed: '));
    writeFileSync(file('well'), '');
    await agent.api.untilPod('web', ({ conditions }) => ready(conditions)?.status === 'True');
    rmSync(file('well'));
    await agent.api.untilPod('web', ({ conditions }) => ready(conditions)?.status === 'False');
  });

  it('waits for the gates that others open, and never touches them', async () => {
    const conditionType = 'example.com/open';
    const spec: PodSpec = { readinessGates: [{ conditionType }], containers: [shell('main', loop)] };
    agent.api.putPod(podOf('gated', spec));
    const shut = await agent.api.untilPod(
      'gated',
      ({ conditions }) => ready(conditions)?.reason === 'ReadinessGatesNotReady',
    );
    expect(ready(shut.status?.conditions)?.message).toBe(
      'corresponding condition of pod readiness gate "example.com/open" does not exist.',
    );
    const setGate = (status: string, more: readonly PodCondition[] = []) => {
      const pod = agent.api.pod('gated');
      if (pod === undefined) throw new Error('the pod is gone');
      const mine = { type: conditionType, status, lastTransitionTime: '2026-01-01T00:00:00Z' };
      const changed = [mine, ...more].map(({ type }) => type);
      const others = (pod.status?.conditions ?? []).filter(({ type }) => !changed.includes(type));
      agent.api.putPod({ ...pod, status: { ...pod.status, conditions: [...others, mine, ...more] } });
    };
    setGate('True');
    await agent.api.untilPod('gated', ({ conditions }) => ready(conditions)?.status === 'True');
    setGate('False');
    const again = await agent.api.untilPod(
      'gated',
      ({ conditions }) => ready(conditions)?.status === 'False',
    );
    expect(ready(again.status?.conditions)?.message).toBe(
      'the status of pod readiness gate "example.com/open" is not "True", but False',
    );
    const gate = again.status?.conditions?.find(({ type }) => type === conditionType);
    expect(gate).toEqual({
      type: conditionType,
      status: 'False',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });

    // Whoever opens a gate may say in the same commit what follows from it: there is nothing to add.
    const writes = () =>
      agent.api.requests.filter(
        ({ method, path }) => method === 'PATCH' && path === `${podPath('gated')}/status`,
      ).length;
    const before = writes();
    const lastTransitionTime = '2026-01-02T00:00:00Z';
    setGate('True', [{ type: 'Ready', status: 'True', observedGeneration: 1, lastTransitionTime }]);
    agent.api.putPod(podOf('next', { containers: [shell('main', 'true')] }));
    await agent.api.untilPod('next', ({ phase }) => phase === 'Succeeded');
    expect(writes()).toBe(before);
  });
});

describe('after a restart of the agent', () => {
  it('a ready container stays ready, in the same process, and its probe goes on', async () => {
    writeFileSync(file('well'), '');
    agent.api.putPod(podOf('web', { restartPolicy: 'Always', containers: [probed('well')] }));
    await agent.api.untilPod('web', ({ conditions }) => ready(conditions)?.status === 'True');
    await agent.closeAgent();
    const seen = agent.api.requests.length;
    await agent.open();
    rmSync(file('well'));
    const unready = await agent.api.untilPod(
      'web',
      ({ conditions }) => ready(conditions)?.status === 'False',
    );
    expect(unready.status?.containerStatuses).toMatchObject([{ restartCount: 0, ready: false }]);
    // The first thing that it said of the pod was what the probe said, not that nothing was known.
    expect(messages('Unhealthy')).not.toEqual([]);
    const said = agent.api.requests.slice(seen).filter(({ path }) => path === `${podPath('web')}/status`);
    expect(said).toHaveLength(1);
    expect(readFileSync(file('starts'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('a preStop hook still runs when the pod is deleted', async () => {
    const lifecycle = { preStop: { exec: { command: ['/bin/sh', '-c', `echo bye > ${file('bye')}`] } } };
    const spec: PodSpec = {
      terminationGracePeriodSeconds: 30,
      containers: [{ ...shell('main', loop), lifecycle }],
    };
    agent.api.putPod(podOf('web', spec));
    await agent.api.untilPod('web', ({ phase }) => phase === 'Running');
    await agent.closeAgent();
    agent.api.deletePod('web', 30);
    await agent.open();
    await agent.api.until(() => agent.api.pod('web') === undefined);
    expect(readFileSync(file('bye'), 'utf8')).toBe('bye\n');
  });
});

describe('a node that goes for good', () => {
  it('ends its pods, critical ones last, and marks them as failed', async () => {
    const script = (name: string) =>
      `trap 'echo ${name} >> ${file('ends')}; exit 0' TERM; touch ${file(name)}; while :; do sleep 0.05; done`;
    const spec: PodSpec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30 };
    agent.api.putPod(
      podOf('critical', {
        ...spec,
        priority: 2_000_001_000,
        containers: [shell('main', script('critical'))],
      }),
    );
    agent.api.putPod(podOf('plain', { ...spec, containers: [shell('main', script('plain'))] }));
    await agent.api.untilPod('critical', ({ phase }) => phase === 'Running');
    await agent.api.untilPod('plain', ({ phase }) => phase === 'Running');
    await expect.poll(() => ['critical', 'plain'].every((name) => existsSync(file(name)))).toBe(true);
    await agent.terminate(20);
    expect(readFileSync(file('ends'), 'utf8')).toBe('plain\ncritical\n');
    for (const name of ['plain', 'critical']) {
      const { status } = agent.api.pod(name) ?? {};
      expect(status).toMatchObject({
        phase: 'Failed',
        reason: 'Terminated',
        message: 'Pod was terminated in response to imminent node shutdown.',
      });
      expect(status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
        status: 'True',
        reason: 'TerminationByKubelet',
        message: 'Pod was terminated in response to imminent node shutdown.',
      });
    }
  });
});

it('the generation that a node has seen follows 500 updates of a pod', async () => {
  agent.api.putPod(podOf('busy', { containers: [shell('main', loop)] }));
  await agent.api.untilPod('busy', ({ phase }) => phase === 'Running');
  for (let generation = 2; generation <= 500; generation += 1) {
    const pod = agent.api.pod('busy');
    if (pod === undefined) throw new Error('the pod is gone');
    agent.api.putPod({
      ...pod,
      metadata: { ...pod.metadata, generation },
      spec: { ...pod.spec, activeDeadlineSeconds: 10_000 - generation },
    });
  }
  const seen = await agent.api.untilPod('busy', ({ observedGeneration }) => observedGeneration === 500);
  expect(seen.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, ready: true });
});
