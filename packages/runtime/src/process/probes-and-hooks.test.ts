import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { podOf, processState, shell, stateOf, TestNode } from '../testing/process-node.ts';
import { detectMountNamespace } from './mount-namespace.ts';

const mountNamespace = await detectMountNamespace();

let node: TestNode;
beforeEach(async () => {
  node = await TestNode.start();
});
afterEach(async () => {
  await node.close();
  expect(node.errors).toEqual([]);
});

const forever = (name: string, more: Partial<Container> = {}): Container => ({
  ...shell(name, "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done"),
  ...more,
});
const exec = (script: string) => ({ exec: { command: ['/bin/sh', '-c', script] } });
const messages = (reason: string) =>
  node.events.filter((event) => event.reason === reason).map(({ message }) => message);

describe('an exec probe', () => {
  it('runs in the environment and the working directory of its container', async () => {
    const ready = join(node.directory, 'ready');
    const pod = podOf({
      containers: [
        forever('main', {
          env: [{ name: 'WHERE', value: node.directory }],
          workingDir: node.directory,
          readinessProbe: { ...exec('[ "$PWD" = "$WHERE" ] && cat ready'), periodSeconds: 1 },
        }),
      ],
    });
    await node.run(pod);
    await vi.waitFor(() => expect(messages('Unhealthy')).not.toEqual([]), 10_000);
    expect(messages('Unhealthy')[0]).toBe('Readiness probe failed: cat: ready: No such file or directory\n');
    const running = node.runtime.observe(pod.metadata.uid ?? '');
    expect(running && stateOf(running, 'main')).toMatchObject({ started: true, ready: false });
    writeFileSync(ready, '');
    await node.until(pod, (seen) => stateOf(seen, 'main').ready);
    rmSync(ready);
    await node.until(pod, (seen) => !stateOf(seen, 'main').ready);
  });

  it.runIf(mountNamespace.type === 'available')('sees the volumes of its container', async () => {
    const pod = podOf({
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          ...shell('main', 'touch /berth-probe-test/here; while :; do sleep 0.05; done'),
          volumeMounts: [{ name: 'v', mountPath: '/berth-probe-test' }],
          workingDir: '/berth-probe-test',
          readinessProbe: { ...exec('[ -e here ]'), periodSeconds: 1 },
        },
      ],
    });
    await node.run(pod);
    await node.until(pod, (seen) => stateOf(seen, 'main').ready);
    expect(existsSync('/berth-probe-test')).toBe(false);
  });

  it('that takes too long fails, and leaves no process', async () => {
    const pidFile = join(node.directory, 'pid');
    const pod = podOf({
      containers: [
        forever('main', {
          readinessProbe: { ...exec(`echo $$ > ${pidFile}; sleep 1000`), timeoutSeconds: 1 },
        }),
      ],
    });
    await node.run(pod);
    await vi.waitFor(() => expect(messages('Unhealthy')).toHaveLength(1), 10_000);
    expect(messages('Unhealthy')[0]).toBe(
      `Readiness probe failed: command timed out: "/bin/sh -c echo $$ > ${pidFile}; sleep 1000" timed out after 1s`,
    );
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(['gone', 'Z']).toContain(processState(pid)));
  });

  it('whose command does not exist cannot be run', async () => {
    const pod = podOf({
      containers: [forever('main', { readinessProbe: { exec: { command: ['nowhere'] } } })],
    });
    await node.run(pod);
    await vi.waitFor(() => expect(messages('Unhealthy')).toHaveLength(1), 10_000);
    expect(messages('Unhealthy')[0]).toMatch(
      /^Readiness probe errored and resulted in unknown state: .*nowhere/,
    );
  });

  it('keeps the first ten kilobytes of what is said', async () => {
    const pod = podOf({
      containers: [forever('main', { readinessProbe: exec('head -c 20000 /dev/zero | tr "\\0" x; exit 1') })],
    });
    await node.run(pod);
    await vi.waitFor(() => expect(messages('Unhealthy')).toHaveLength(1), 10_000);
    expect(messages('Unhealthy')[0]).toBe(`Readiness probe failed: ${'x'.repeat(10_240)}`);
  });
});

describe('a probe over the network', () => {
  const server = `require('node:http').createServer((q, r) => r.writeHead(q.url === '/ok' ? 200 : 500).end()).listen(18080, process.env.POD_IP)`;
  const serving = (readinessProbe: NonNullable<Container['readinessProbe']>): Container => ({
    name: 'main',
    command: [process.execPath, '-e', server],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    ports: [{ name: 'web', containerPort: 18_080 }],
    readinessProbe: { periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 1, ...readinessProbe },
  });

  it("reaches each pod at the pod's own address, by the name of its port", async () => {
    const pods = [
      podOf({ containers: [serving({ httpGet: { path: '/ok', port: 'web' } })] }),
      podOf({ containers: [serving({ tcpSocket: { port: 'web' } })] }),
    ];
    for (const pod of pods) await node.run(pod);
    const ready = await Promise.all(
      pods.map((pod) => node.until(pod, (seen) => stateOf(seen, 'main').ready, 30_000)),
    );
    expect(new Set(ready.map(({ podIp }) => podIp)).size).toBe(2);
  }, 40_000);

  it('fails by the status of the answer', async () => {
    await node.run(podOf({ containers: [serving({ httpGet: { path: '/broken', port: 'web' } })] }));
    await vi.waitFor(
      () =>
        expect(messages('Unhealthy')).toContain(
          'Readiness probe failed: HTTP probe failed with statuscode: 500',
        ),
      20_000,
    );
  }, 30_000);
});

it('a container that fails its liveness probe is ended and runs again', async () => {
  const well = join(node.directory, 'well');
  writeFileSync(well, '');
  const pod = podOf({
    restartPolicy: 'Always',
    containers: [
      forever('main', {
        livenessProbe: { ...exec(`[ -e ${well} ]`), periodSeconds: 1, failureThreshold: 1 },
      }),
    ],
  });
  await node.run(pod);
  await node.running(pod);
  await node.wrote(pod, 'main', 'up');
  rmSync(well);
  const restarted = await node.until(pod, (seen) => stateOf(seen, 'main').restartCount === 1);
  expect(stateOf(restarted, 'main').lastState?.terminated).toMatchObject({ exitCode: 0 });
  expect(messages('Killing')).toEqual(['Container main failed liveness probe, will be restarted']);
});

describe('hooks', () => {
  it('run in their container: postStart before it counts as running, preStop before it is asked to stop', async () => {
    const journal = join(node.directory, 'journal');
    const note = (text: string) => `echo ${text} >> ${journal}`;
    const pod = podOf({
      containers: [
        {
          ...shell('main', `trap '${note('asked')}; exit 0' TERM; while :; do sleep 0.05; done`),
          env: [{ name: 'WHO', value: 'me' }],
          lifecycle: {
            postStart: exec(note('begun-$WHO')),
            preStop: exec(`sleep 0.3; ${note('stop-$WHO')}`),
          },
        },
      ],
      terminationGracePeriodSeconds: 30,
    });
    await node.run(pod);
    await node.running(pod);
    expect(readFileSync(journal, 'utf8')).toBe('begun-me\n');
    node.runtime.stop(pod.metadata.uid ?? '', 30);
    await node.stopped(pod);
    expect(readFileSync(journal, 'utf8')).toBe('begun-me\nstop-me\nasked\n');
  });

  it('that fail are told of, without what they said', async () => {
    const pod = podOf({
      containers: [forever('main', { lifecycle: { postStart: exec('echo secret; exit 1') } })],
    });
    await node.run(pod);
    await node.stopped(pod);
    expect(messages('FailedPostStartHook')).toEqual(['PostStartHook failed']);
    expect(messages('Killing')).toEqual(['FailedPostStartHook']);
  });

  it('do not keep a pod longer than its grace', async () => {
    const pidFile = join(node.directory, 'pid');
    const pod = podOf({
      containers: [forever('main', { lifecycle: { preStop: exec(`echo $$ > ${pidFile}; sleep 1000`) } })],
    });
    await node.run(pod);
    await node.running(pod);
    node.runtime.stop(pod.metadata.uid ?? '', 1);
    await node.stopped(pod);
    expect(messages('FailedPreStopHook')).toEqual(['PreStopHook failed']);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(['gone', 'Z']).toContain(processState(pid)));
  });
});

it('a container is asked to stop by its own signal, a real-time one too', async () => {
  const pod = podOf({
    containers: [
      {
        name: 'main',
        command: ['/bin/bash', '-c', "trap 'exit 7' RTMIN+3; echo up; while :; do sleep 0.05; done"],
        lifecycle: { stopSignal: 'SIGRTMIN+3' },
      },
    ],
  });
  await node.run(pod);
  await node.running(pod);
  await node.wrote(pod, 'main', 'up');
  node.runtime.stop(pod.metadata.uid ?? '', 10);
  expect(stateOf(await node.stopped(pod), 'main').state?.terminated?.exitCode).toBe(7);
});
