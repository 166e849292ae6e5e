import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pod } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { podOf, processState, shell, stateOf, TestNode } from '../testing/process-node.ts';
import { ContainerAttempt } from './container-attempt.ts';
import { readIdentity } from './process-identity.ts';

const agentScript = fileURLToPath(new URL('../testing/agent-process.ts', import.meta.url));

let directory: string;
let node: TestNode | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-recovery-'));
  node = undefined;
});
afterEach(async () => {
  await node?.close();
  await rm(directory, { recursive: true, force: true });
});

async function startAgent(...pods: Pod[]): Promise<ChildProcess> {
  const agent = fork(agentScript, [directory, JSON.stringify(pods)]);
  await once(agent, 'message');
  return agent;
}

async function kill9(agent: ChildProcess): Promise<void> {
  agent.kill('SIGKILL');
  await once(agent, 'exit');
}

/** What every start of a pod's container appends a line to. */
const starts = () => readFileSync(join(directory, 'starts'), 'utf8').trim().split('\n');
const counted = (script: string) => `echo "$$$$" >> ${directory}/starts; ${script}`;
const attemptDirectory = (pod: Pod, attempt = 0) =>
  join(directory, 'pods', pod.metadata.uid ?? '', 'containers', 'main', String(attempt));

describe('after kill -9 of the agent', () => {
  it('the next one finds a running container, keeps its log whole, and sees how it ends', async () => {
    const go = join(directory, 'go');
    const pod = podOf({
      containers: [
        shell('main', counted(`echo before; until [ -e ${go} ]; do sleep 0.05; done; echo after; exit 9`)),
      ],
    });
    const agent = await startAgent(pod);
    await vi.waitFor(() => expect(starts()).toHaveLength(1), 10_000);
    await kill9(agent);

    node = await TestNode.start({}, directory);
    const found = node.runtime.observe(pod.metadata.uid ?? '');
    expect(found && stateOf(found, 'main').state?.running).toBeDefined();
    await node.run(pod);
    writeFileSync(go, '');
    const ended = stateOf(await node.stopped(pod), 'main');
    expect(ended).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 9, reason: 'Error' } } });
    expect(await node.log(pod, 'main')).toBe('before\nafter\n');
    expect(starts()).toHaveLength(1);
  });

  it('the next one learns what ended meanwhile, and when', async () => {
    const go = join(directory, 'go');
    const pod = podOf({
      containers: [shell('main', counted(`until [ -e ${go} ]; do sleep 0.05; done; echo done`))],
    });
    const agent = await startAgent(pod);
    await vi.waitFor(() => expect(starts()).toHaveLength(1), 10_000);
    await kill9(agent);
    writeFileSync(go, '');
    await vi.waitFor(() => readFileSync(join(attemptDirectory(pod), 'exit')), 10_000);

    node = await TestNode.start({}, directory);
    await node.run(pod);
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated).toMatchObject({
      exitCode: 0,
      reason: 'Completed',
    });
    expect(await node.log(pod, 'main')).toBe('done\n');
    expect(starts()).toHaveLength(1);
  });

  it('the next one restarts what crashed meanwhile once it runs the pod again, and not before', async () => {
    const pod = podOf({
      restartPolicy: 'Always',
      containers: [shell('main', counted('while :; do sleep 0.05; done'))],
    });
    const agent = await startAgent(pod);
    await vi.waitFor(() => expect(starts()).toHaveLength(1), 10_000);
    await kill9(agent);
    process.kill(-Number(starts()[0]), 'SIGKILL');
    await vi.waitFor(() => readFileSync(join(attemptDirectory(pod), 'exit')), 10_000);

    node = await TestNode.start({}, directory);
    const held = node.runtime.observe(pod.metadata.uid ?? '');
    expect(held && stateOf(held, 'main').state?.terminated).toMatchObject({ exitCode: 137 });
    expect(starts()).toHaveLength(1);
    await node.run(pod);
    const again = await node.running(pod);
    expect(stateOf(again, 'main')).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137 } },
    });
  });

  it('at random moments, no container runs twice and none is lost', async () => {
    const pods = Array.from({ length: 4 }, () =>
      podOf({ containers: [shell('main', counted('sleep 0.3; echo end'))] }),
    );
    for (const delayMs of [0, 15, 40, 90]) {
      const agent = fork(agentScript, [directory, JSON.stringify(pods)]);
      await once(agent, 'message');
      // Not to wait for a condition, but for the kill to fall anywhere.
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await kill9(agent);
    }
    node = await TestNode.start({}, directory);
    for (const pod of pods) {
      await node.run(pod);
      const { state, restartCount } = stateOf(await node.stopped(pod), 'main');
      expect({ state: state?.terminated?.exitCode, restartCount }).toEqual({ state: 0, restartCount: 0 });
      expect(await node.log(pod, 'main')).toBe('end\n');
    }
    expect(starts()).toHaveLength(pods.length);
  });

  it('and of the shim, the container is still found, and its end is unknown rather than lost', async () => {
    const go = join(directory, 'go');
    const pod = podOf({ containers: [shell('main', counted(`until [ -e ${go} ]; do sleep 0.05; done`))] });
    const agent = await startAgent(pod);
    await vi.waitFor(() => expect(starts()).toHaveLength(1), 10_000);
    await kill9(agent);
    process.kill(readIdentity(join(attemptDirectory(pod), 'shim'))?.pid ?? 0, 'SIGKILL');

    node = await TestNode.start({}, directory);
    await node.run(pod);
    const found = node.runtime.observe(pod.metadata.uid ?? '');
    expect(found && stateOf(found, 'main').state?.running).toBeDefined();
    writeFileSync(go, '');
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated).toMatchObject({
      exitCode: 255,
      reason: 'Unknown',
    });
    expect(starts()).toHaveLength(1);
  });
});

describe('an attempt', () => {
  it('that was prepared but not begun is begun by the next agent, once', async () => {
    const pod = podOf({ containers: [shell('main', counted('echo ran'))] });
    const path = attemptDirectory(pod);
    await mkdir(path, { recursive: true });
    writeFileSync(join(path, 'attempt.json'), JSON.stringify({ containerId: 'process://x', backoffMs: 0 }));
    writeFileSync(
      join(directory, 'pods', pod.metadata.uid ?? '', 'pod.json'),
      JSON.stringify({ clusterId: 'default', pod }),
    );
    node = await TestNode.start({}, directory);
    await node.run(pod);
    expect(stateOf(await node.stopped(pod), 'main')).toMatchObject({ restartCount: 0 });
    expect(starts()).toHaveLength(1);
  });

  it('that an agent took for lost never begins, however late its shim is', async () => {
    const path = join(directory, 'attempt');
    await mkdir(path);
    writeFileSync(join(path, 'launch.sh'), `echo ran >> ${directory}/starts`);
    const attempt = new ContainerAttempt(path, { messageFromLog: false, cgroup: undefined });
    expect(attempt.wasBegun()).toBe(false);
    attempt.begin();
    appendFileSync(join(directory, 'starts'), 'none\n');
    const late = new ContainerAttempt(path, { messageFromLog: false, cgroup: undefined });
    expect(late.wasBegun()).toBe(true);
    expect(starts()).toEqual(['none']);
  });
});

it('a graceful end that stops its pods leaves no process, and the next start goes on by restart policy', async () => {
  node = await TestNode.start({}, directory);
  const loop = counted('while :; do sleep 0.05; done');
  const always = podOf({ restartPolicy: 'Always', containers: [shell('main', loop)] });
  const never = podOf({ restartPolicy: 'Never', containers: [shell('main', loop)] });
  await node.run(always);
  await node.run(never);
  await Promise.all([node.running(always), node.running(never)]);
  await vi.waitFor(() => expect(starts()).toHaveLength(2));
  await node.restart({ stopPods: true });
  for (const pid of starts()) expect(['gone', 'Z']).toContain(processState(Number(pid)));
  await node.run(always);
  await node.run(never);
  expect(stateOf(await node.running(always), 'main').restartCount).toBe(1);
  expect(stateOf(await node.stopped(never), 'main').state?.terminated).toMatchObject({ exitCode: 143 });
});
