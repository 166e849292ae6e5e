import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Container, Pod } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { podOf, shell, stateOf, TestNode } from '../testing/process-node.ts';

const agentScript = fileURLToPath(new URL('../testing/agent-process.ts', import.meta.url));

let directory: string;
let node: TestNode | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-adoption-'));
  node = undefined;
});
afterEach(async () => {
  await node?.close();
  await rm(directory, { recursive: true, force: true });
});

const file = (name: string) => join(directory, name);
const exec = (script: string) => ({ exec: { command: ['/bin/sh', '-c', script] } });
const loop = (more: Partial<Container>): Container => ({
  ...shell(
    'main',
    `echo "$$$$" >> ${file('starts')}; trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done`,
  ),
  ...more,
});
const starts = () => readFileSync(file('starts'), 'utf8').trim().split('\n');

/** Runs a pod by an agent of its own, which is killed once `holds`. */
async function ranByAnotherAgent(pod: Pod, holds: () => boolean): Promise<void> {
  const agent: ChildProcess = fork(agentScript, [directory, JSON.stringify([pod])]);
  await once(agent, 'message');
  await vi.waitFor(() => expect(holds()).toBe(true), 10_000);
  agent.kill('SIGKILL');
  await once(agent, 'exit');
}

/** The pod as the API has it, whose status the agent before wrote. */
function withStatus(pod: Pod, containerStatus: ReturnType<typeof stateOf>): Pod {
  return { ...pod, status: { containerStatuses: [containerStatus] } };
}

describe('after kill -9 of the agent', () => {
  it('a ready container stays ready, and its probes go on in it', async () => {
    const well = file('well');
    writeFileSync(well, '');
    const probe = {
      ...exec(`[ -e ${well} ] && echo "$WHO" >> ${file('probed')}`),
      periodSeconds: 1,
      failureThreshold: 1,
    };
    const pod = podOf({
      restartPolicy: 'Always',
      containers: [
        loop({ env: [{ name: 'WHO', value: 'me' }], readinessProbe: probe, livenessProbe: probe }),
      ],
    });
    await ranByAnotherAgent(pod, () => existsSync(file('probed')));

    node = await TestNode.start({}, directory);
    const uid = pod.metadata.uid ?? '';
    const found = node.runtime.observe(uid);
    if (found === undefined) throw new Error('the pod was not found');
    await node.run(withStatus(pod, { ...stateOf(found, 'main'), ready: true }));
    const adopted = node.runtime.observe(uid);
    expect(adopted && stateOf(adopted, 'main')).toMatchObject({
      ready: true,
      started: true,
      restartCount: 0,
    });
    const probes = () => readFileSync(file('probed'), 'utf8').trim().split('\n');
    const before = probes().length;
    await vi.waitFor(() => expect(probes().length).toBeGreaterThan(before), 10_000);
    expect(new Set(probes())).toEqual(new Set(['me']));
    expect(starts()).toHaveLength(1);

    rmSync(well);
    await node.until(pod, (seen) => stateOf(seen, 'main').restartCount === 1);
    expect(node.events.map(({ message }) => message)).toContain(
      'Container main failed liveness probe, will be restarted',
    );
  });

  it('its hook still runs at the end, its log goes on, and its message is read', async () => {
    const pod = podOf({
      containers: [loop({ lifecycle: { preStop: exec(`echo bye > ${file('bye')}`) } })],
      terminationGracePeriodSeconds: 30,
    });
    await ranByAnotherAgent(pod, () => existsSync(file('starts')));

    node = await TestNode.start({}, directory);
    await node.run(pod);
    await node.wrote(pod, 'main', 'up');
    node.runtime.stop(pod.metadata.uid ?? '', 30);
    const stopped = await node.stopped(pod);
    expect(readFileSync(file('bye'), 'utf8')).toBe('bye\n');
    expect(stateOf(stopped, 'main').state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(starts()).toHaveLength(1);
  });
});
