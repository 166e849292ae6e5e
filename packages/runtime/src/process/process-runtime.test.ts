import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
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

describe('a container', () => {
  it('runs its command with the environment of its pod and nothing else', async () => {
    const env = [
      { name: 'WHO', value: 'world' },
      { name: 'dotted.name-1', value: 'it\'s $(WHO) $$(WHO) "`\\' },
    ];
    const pod = podOf({
      hostname: 'my-host',
      containers: [
        { name: 'main', command: ['/usr/bin/env', '-0'], env },
        { name: 'two', args: ['echo', 'hi $(WHO)'], env },
      ],
    });
    await node.run(pod);
    await node.stopped(pod);
    const variables = (await node.log(pod, 'main'))
      .trim()
      .split('\0')
      .filter((line) => line !== '');
    expect(variables.sort()).toEqual([
      'HOME=/',
      'HOSTNAME=my-host',
      'KUBERNETES_SERVICE_HOST=127.0.0.1',
      'KUBERNETES_SERVICE_PORT=6443',
      'PATH=/usr/bin:/bin',
      expect.stringMatching(/^POD_IP=127\.\d+\.\d+\.\d+$/),
      'WHO=world',
      'dotted.name-1=it\'s world $(WHO) "`\\',
    ]);
    expect(await node.log(pod, 'two')).toBe('hi world\n');
  });

  it.each([
    ['true', 0, 'Completed'],
    ['exit 7', 7, 'Error'],
    ['kill -TERM $$$$', 143, 'Error'],
    ['kill -KILL $$$$', 137, 'Error'],
  ])('that ends by "%s" reports %i %s', async (script, exitCode, reason) => {
    const pod = podOf({ containers: [shell('main', script)] });
    await node.run(pod);
    const { terminated } = stateOf(await node.stopped(pod), 'main').state ?? {};
    expect(terminated).toMatchObject({ exitCode, reason });
    expect(terminated?.containerID).toMatch(/^process:\/\/[0-9a-f]{64}$/);
  });

  it.each([
    ['nowhere', 'exec: "nowhere": executable file not found in $PATH'],
    ['/nowhere/at/all', 'exec: "/nowhere/at/all": stat /nowhere/at/all: no such file or directory'],
    ['/etc/passwd', 'exec: "/etc/passwd": permission denied'],
    ['/etc', 'exec: "/etc": is a directory'],
  ])('whose command is %s reports StartError', async (command, message) => {
    const pod = podOf({ containers: [{ name: 'main', command: [command] }] });
    await node.run(pod);
    const { terminated } = stateOf(await node.stopped(pod), 'main').state ?? {};
    expect(terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      startedAt: '1970-01-01T00:00:00Z',
    });
    expect(terminated?.message).toBe(`failed to start container process: ${message}`);
  });

  it.each([
    ['FallbackToLogsOnError', 'echo why; exit 1', 'why\n'],
    ['FallbackToLogsOnError', 'echo fine', undefined],
    ['File', 'echo why; exit 1', undefined],
  ] as const)(
    'with termination messages by %s that runs "%s" says %s',
    async (terminationMessagePolicy, script, message) => {
      const pod = podOf({ containers: [{ ...shell('main', script), terminationMessagePolicy }] });
      await node.run(pod);
      expect(stateOf(await node.stopped(pod), 'main').state?.terminated?.message).toBe(message);
    },
  );

  it('without command and args waits, and says why', async () => {
    const pod = podOf({ containers: [{ name: 'main', image: 'nginx:1.7.9' }] });
    await node.run(pod);
    const observation = await node.until(
      pod,
      (seen) => stateOf(seen, 'main').state?.waiting?.message !== undefined,
    );
    expect(stateOf(observation, 'main').state?.waiting).toEqual({
      reason: 'ImageNotRunnable',
      message:
        'the process runtime runs local commands and has no image to take the entrypoint of "nginx:1.7.9" from: give the container a command or args',
    });
    expect(observation.stopped).toBe(false);
  });

  it('takes what it left behind in its group with it', async () => {
    const pod = podOf({ containers: [shell('main', 'sleep 1000 & echo $!')] });
    await node.run(pod);
    await node.stopped(pod);
    const pid = Number(await node.log(pod, 'main'));
    await vi.waitFor(() => expect(['gone', 'Z']).toContain(processState(pid)));
  });

  it('has INT and QUIT at their defaults', async () => {
    const pod = podOf({ containers: [shell('main', "trap 'echo caught; exit 0' INT; kill -INT $$$$")] });
    await node.run(pod);
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe('caught\n');
  });
});

describe('a pod', () => {
  it('that waits for a Secret starts once it is there', async () => {
    const env = [{ name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }];
    const pod = podOf({ containers: [{ ...shell('main', 'echo $T'), env }] });
    await node.run(pod);
    const waiting = await node.until(pod, ({ awaitsInputs }) => awaitsInputs);
    expect(stateOf(waiting, 'main').state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'secret "keys" not found',
    });
    const secrets = new Map([['keys', new Map([['token', Buffer.from('s3cret')]])]]);
    await node.run(pod, { configMaps: new Map(), secrets, tokens: new Map(), claims: new Map() });
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe('s3cret\n');
    expect(node.events.map(({ reason }) => reason)).toEqual(['Failed', 'Created', 'Started']);
  });

  it('that waits for a volume stays ContainerCreating with a FailedMount event', async () => {
    const pod = podOf({
      volumes: [{ name: 'v', configMap: { name: 'gone' } }],
      containers: [shell('main', 'true')],
    });
    await node.run(pod);
    const waiting = await node.until(pod, ({ awaitsInputs }) => awaitsInputs);
    expect(stateOf(waiting, 'main').state?.waiting).toEqual({ reason: 'ContainerCreating' });
    expect(waiting.ready).toBe(false);
    expect(node.events).toMatchObject([
      {
        type: 'Warning',
        reason: 'FailedMount',
        message: 'MountVolume.SetUp failed for volume "v" : configmap "gone" not found',
      },
    ]);
  });

  it('runs init containers in order, then its containers next to its sidecars, which end last', async () => {
    const mark = (text: string) => `echo ${text} >> $POD/order`;
    const env = [{ name: 'POD', value: node.directory }];
    const until = `trap '${mark('side-end')}; exit 0' TERM; ${mark('side')}; while :; do sleep 0.05; done`;
    const pod = podOf({
      initContainers: [
        { ...shell('one', mark('one')), env },
        { ...shell('side', until), env, restartPolicy: 'Always' },
        { ...shell('two', `until grep -q side $POD/order; do sleep 0.05; done; ${mark('two')}`), env },
      ],
      containers: [{ ...shell('main', mark('main')), env }],
    });
    await node.run(pod);
    await node.stopped(pod);
    const order = readFileSync(join(node.directory, 'order'), 'utf8').trim().split('\n');
    expect(order).toEqual(['one', 'side', 'two', 'main', 'side-end']);
    expect(node.events.at(-1)).toMatchObject({ reason: 'Killing', message: 'Stopping container side' });
  });

  it('asks its containers to stop, and kills them at the end of the grace', async () => {
    const pod = podOf({
      containers: [
        shell('polite', "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done"),
        shell('deaf', "trap '' TERM; echo up; while :; do sleep 0.05; done"),
      ],
    });
    await node.run(pod);
    await node.running(pod);
    await Promise.all([node.wrote(pod, 'polite', 'up'), node.wrote(pod, 'deaf', 'up')]);
    node.runtime.stop(pod.metadata.uid ?? '', 2);
    const stopped = await node.stopped(pod);
    expect(stateOf(stopped, 'polite').state?.terminated).toMatchObject({ exitCode: 5, reason: 'Error' });
    expect(stateOf(stopped, 'deaf').state?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    await node.runtime.remove(pod.metadata.uid ?? '');
    expect(await readdir(join(node.directory, 'pods'))).toEqual([]);
    expect(node.runtime.observe(pod.metadata.uid ?? '')).toBeUndefined();
  });

  it('keeps the log of the attempt before', async () => {
    const pod = podOf({ restartPolicy: 'OnFailure', containers: [shell('main', 'date +%N; exit 1')] });
    await node.run(pod);
    const backingOff = await node.until(
      pod,
      (seen) => stateOf(seen, 'main').state?.waiting?.reason === 'CrashLoopBackOff',
    );
    expect(stateOf(backingOff, 'main')).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
    });
    const [current, previous] = [
      await node.log(pod, 'main'),
      await node.log(pod, 'main', { previous: true }),
    ];
    expect(current).toMatch(/^\d{9}\n$/);
    expect(previous).toMatch(/^\d{9}\n$/);
    expect(previous).not.toBe(current);
    expect(node.events.map(({ reason }) => reason)).toContain('BackOff');
  });
});

describe('crash backoff', () => {
  it('restarts when the backoff is over, not before', async () => {
    const clock = new FakeClock(new Date(Date.now() + 4_000));
    const slow = await TestNode.start({ clock });
    try {
      const pod = podOf({ restartPolicy: 'Always', containers: [shell('main', 'exit 1')] });
      await slow.run(pod);
      const attempts = async (count: number) =>
        slow.until(pod, (seen) => {
          const { restartCount, state } = stateOf(seen, 'main');
          return restartCount === count && state?.waiting?.reason === 'CrashLoopBackOff';
        });
      await attempts(1);
      await clock.advance(5_000);
      await attempts(1);
      await clock.advance(6_000);
      const second = await attempts(2);
      expect(stateOf(second, 'main').state?.waiting?.message).toContain(
        'back-off 20s restarting failed container=main',
      );
    } finally {
      await slow.close();
    }
  });
});

describe('volumes', () => {
  // Where the system allows no mount namespace, the next test is what holds.
  it.runIf(mountNamespace.type === 'available')(
    'appear at their mount paths, without a trace of them on the machine',
    async () => {
      const configMaps = new Map([
        [
          'cm',
          new Map([
            ['a.txt', Buffer.from('from-api\n')],
            ['b.txt', Buffer.from('b\n')],
          ]),
        ],
      ]);
      const target = '/berth-test-mount';
      const pod = podOf({
        volumes: [
          { name: 'shared', emptyDir: {} },
          { name: 'config', configMap: { name: 'cm' } },
        ],
        containers: [
          {
            ...shell(
              'writer',
              `echo from-writer > ${target}/message; cat /etc/berth-test/a.txt; cat ${target}/only/here; ! touch /etc/berth-test/x 2>/dev/null && pwd`,
            ),
            workingDir: '/berth-test-work',
            volumeMounts: [
              { name: 'shared', mountPath: target },
              { name: 'config', mountPath: '/etc/berth-test' },
              { name: 'config', mountPath: `${target}/only/here`, subPath: 'b.txt' },
            ],
          },
          {
            ...shell(
              'reader',
              `until [ -s /srv/message ]; do sleep 0.05; done; cat /srv/message; ls ${target}`,
            ),
            volumeMounts: [{ name: 'shared', mountPath: '/srv', readOnly: true }],
          },
        ],
      });
      await node.run(pod, { configMaps, secrets: new Map(), tokens: new Map(), claims: new Map() });
      await node.stopped(pod);
      expect(await node.log(pod, 'writer')).toBe('from-api\nb\n/berth-test-work\n');
      expect(await node.log(pod, 'reader')).toContain('from-writer\n');
      expect(
        [target, '/etc/berth-test', '/berth-test-work', '/srv/message'].filter((path) => existsSync(path)),
      ).toEqual([]);
    },
  );

  it('say that the system cannot mount them, and let a token nobody asked for be', async () => {
    const plain = await TestNode.start({ mountNamespace: { type: 'unavailable', reason: 'EPERM' } });
    try {
      const volumes = [{ name: 'v', emptyDir: {} }];
      const refused = podOf({
        volumes,
        containers: [{ ...shell('main', 'true'), volumeMounts: [{ name: 'v', mountPath: '/data' }] }],
      });
      const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
      const runs = podOf({
        volumes,
        containers: [{ ...shell('main', 'echo ran'), volumeMounts: [{ name: 'v', mountPath }] }],
      });
      await plain.run(refused);
      await plain.run(runs);
      const waiting = await plain.until(
        refused,
        (seen) => stateOf(seen, 'main').state?.waiting?.message !== undefined,
      );
      expect(stateOf(waiting, 'main').state?.waiting).toEqual({
        reason: 'CreateContainerError',
        message:
          'the process runtime cannot mount /data here: it may not make mount namespaces (EPERM); run the node agent as root on Linux, or use another runtime',
      });
      await plain.stopped(runs);
      expect(await plain.log(runs, 'main')).toBe('ran\n');
    } finally {
      await plain.close();
    }
  });

  it('of running containers follow their ConfigMap', async () => {
    const inputs = (text: string) => ({
      configMaps: new Map([['cm', new Map([['key', Buffer.from(text)]])]]),
      secrets: new Map(),
      tokens: new Map(),
      claims: new Map(),
    });
    const pod = podOf({
      volumes: [{ name: 'c', configMap: { name: 'cm' } }],
      containers: [shell('main', 'until grep -q new "../../../../volumes/c/key"; do sleep 0.05; done')],
    });
    await node.run(pod, inputs('old'));
    await node.running(pod);
    await node.run(pod, inputs('new'));
    expect(stateOf(await node.stopped(pod), 'main').state?.terminated?.exitCode).toBe(0);
  });
});
