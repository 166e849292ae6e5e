import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersistentVolume, Volume } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PodInputs } from '../pod-runtime.ts';
import { podOf, shell, TestNode } from '../testing/process-node.ts';
import { detectMountNamespace } from './mount-namespace.ts';

// Nothing of this can be tried where the system allows no mounts.
const canMount = (await detectMountNamespace()).type === 'available';

let node: TestNode;
beforeEach(async () => {
  node = await TestNode.start();
});
afterEach(() => node.close());

function volume(spec: PersistentVolume['spec'] = { csi: { driver: 'local.berth.dev', volumeHandle: 'v' } }) {
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v', uid: 'uid-of-v' }, spec };
}

function inputs(more: Partial<PodInputs> = {}): PodInputs {
  return { configMaps: new Map(), secrets: new Map(), tokens: new Map(), claims: new Map(), ...more };
}

const bound = (found: PersistentVolume = volume()) => inputs({ claims: new Map([['c', found]]) });
const claimed: Volume = { name: 'data', persistentVolumeClaim: { claimName: 'c' } };
const mounted = (script: string, mount: object = {}) => ({
  ...shell('main', script),
  volumeMounts: [{ name: 'data', mountPath: '/data', ...mount }],
});

describe.runIf(canMount)('a volume of a claim', () => {
  it('is there again for the next pod, and after the node has restarted', async () => {
    const container = mounted('echo $HOSTNAME >> /data/id; cat /data/id');
    const first = podOf({ volumes: [claimed], containers: [container] });
    await node.run(first, bound());
    await node.stopped(first);
    await node.runtime.remove(first.metadata.uid ?? '');
    const again = await TestNode.start({}, node.directory);
    const second = podOf({ volumes: [claimed], containers: [container] });
    await again.run(second, bound());
    await again.stopped(second);
    expect(await again.log(second, 'main')).toBe(`${first.metadata.name}\n${second.metadata.name}\n`);
    await again.runtime.close({ stopPods: true, maxGraceSeconds: 0 });
  });

  it('is not written to where the pod says that it only reads', async () => {
    const readOnly = { ...claimed, persistentVolumeClaim: { claimName: 'c', readOnly: true } };
    const pod = podOf({
      volumes: [readOnly],
      containers: [mounted('touch /data/x 2>/dev/null || echo refused')],
    });
    await node.run(pod, bound());
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe('refused\n');
  });

  it('is shown in part, by a path that the environment names, which does not lead out', async () => {
    const env = [{ name: 'WHO', value: 'web' }];
    const below = podOf({
      volumes: [claimed],
      containers: [
        { ...mounted('pwd -P > /data/x', { subPathExpr: 'of-$(WHO)' }), env },
        shell('other', 'true'),
      ],
    });
    await node.run(below, bound());
    await node.stopped(below);
    const whole = podOf({ volumes: [claimed], containers: [mounted('ls /data; ln -s / /data/out')] });
    await node.run(whole, bound());
    await node.stopped(whole);
    expect(await node.log(whole, 'main')).toBe('of-web\n');
    const out = podOf({ volumes: [claimed], containers: [mounted('true', { subPath: 'out/etc' })] });
    await node.run(out, bound());
    const waiting = await node.until(
      out,
      ({ containers: [main] }) => main?.status.state?.waiting?.message !== undefined,
    );
    expect(waiting.containers[0]?.status.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'failed to prepare subPath for volumeMount "data"',
    });
  });

  it('belongs to the group of the pod', async () => {
    const pod = podOf({
      securityContext: { fsGroup: 4242 },
      volumes: [claimed, { name: 'e', emptyDir: {} }],
      containers: [mounted('touch /data/x; stat -c %g /data /data/x')],
    });
    await node.run(pod, bound());
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe(process.getuid?.() === 0 ? '4242\n4242\n' : expect.any(String));
  });
});

describe('a volume that this node cannot mount', () => {
  it.each<readonly [string, Volume, PodInputs, string]>([
    ['is not bound', claimed, inputs(), 'error processing PVC ns/c: PVC is not bound'],
    [
      'needs a driver that is not there',
      claimed,
      bound(volume({ csi: { driver: 'x.example.com', volumeHandle: 'v' } })),
      'kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name x.example.com not found in the list of registered CSI drivers',
    ],
    [
      'is of another kind',
      claimed,
      bound(volume({ nfs: { server: 's', path: '/p' } })),
      'this runtime does not support volumes of type nfs',
    ],
    [
      'is a path that the node does not give',
      claimed,
      bound(volume({ hostPath: { path: '/etc' } })),
      'hostPath "/etc" is not allowed: this node allows hostPath volumes below ',
    ],
    [
      'needs a driver in the pod itself',
      { name: 'data', csi: { driver: 'x.example.com' } },
      inputs(),
      'kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name x.example.com not found in the list of registered CSI drivers',
    ],
  ])('because it %s keeps the pod in ContainerCreating', async (...[, used, given, message]) => {
    const pod = podOf({ volumes: [used], containers: [shell('main', 'true')] });
    await node.run(pod, given);
    const waiting = await node.until(pod, ({ awaitsInputs }) => awaitsInputs);
    expect(waiting.containers[0]?.status.state?.waiting).toEqual({ reason: 'ContainerCreating' });
    expect(node.events[0]).toMatchObject({
      reason: 'FailedMount',
      message: expect.stringContaining(`MountVolume.SetUp failed for volume "data" : ${message}`),
    });
  });
});

describe.runIf(canMount)('files that come from the API', () => {
  const of = (text: string) =>
    inputs({ configMaps: new Map([['cm', new Map([['key', Buffer.from(text)]])]]) });
  const fromApi: Volume = { name: 'data', configMap: { name: 'cm' } };

  it('change under a running container all at once, but not where it sees one of them alone', async () => {
    const script = 'until grep -q new /data/key; do sleep 0.05; done; cat /data/key /one';
    const container = mounted(script);
    const one = { name: 'data', mountPath: '/one', subPath: 'key' };
    const pod = podOf({
      volumes: [fromApi],
      containers: [{ ...container, volumeMounts: [...container.volumeMounts, one] }],
    });
    await node.run(pod, of('old\n'));
    await node.running(pod);
    await node.run(pod, of('new\n'));
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe('new\nold\n');
  });
});

describe.runIf(canMount)('a path of the machine', () => {
  it('is there below what the node allows', async () => {
    const path = join(node.directory, 'shared');
    await mkdir(path);
    await writeFile(join(path, 'hello'), 'from the machine\n');
    const pod = podOf({
      volumes: [{ name: 'data', hostPath: { path, type: 'Directory' } }],
      containers: [mounted('cat /data/hello')],
    });
    await node.run(pod);
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe('from the machine\n');
  });
});

describe.runIf(canMount && process.getuid?.() === 0)('an emptyDir in memory', () => {
  it('is as large as it may be, and gone with its pod', async () => {
    const memory: Volume = { name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } };
    const script = 'stat -f -c %T /data; head -c 2000000 /dev/zero > /data/x 2>/dev/null || echo full';
    const pod = podOf({ volumes: [memory], containers: [mounted(script)] });
    await node.run(pod);
    await node.stopped(pod);
    expect(await node.log(pod, 'main')).toBe('tmpfs\nfull\n');
    await node.runtime.remove(pod.metadata.uid ?? '');
  });
});

describe.runIf(canMount)('an emptyDir that holds more than it may', () => {
  it('is a reason for its pod to go, said once', async () => {
    const limited: Volume = { name: 'data', emptyDir: { sizeLimit: '1Mi' } };
    const pod = podOf({
      volumes: [limited],
      containers: [mounted('head -c 2000000 /dev/zero > /data/x; sleep 100')],
    });
    await node.run(pod);
    const message = 'Usage of EmptyDir volume "data" exceeds the limit "1Mi". ';
    await vi.waitFor(async () => {
      await node.runtime.measureVolumes();
      expect(node.runtime.observe(pod.metadata.uid ?? '')?.eviction).toBe(message);
    }, 20_000);
    await node.runtime.measureVolumes();
    expect(node.events.filter(({ reason }) => reason === 'Evicted')).toMatchObject([
      { type: 'Warning', message },
    ]);
  });

  it('is none while it holds less', async () => {
    const limited: Volume = { name: 'data', emptyDir: { sizeLimit: '1Mi' } };
    const pod = podOf({ volumes: [limited], containers: [mounted('echo x > /data/x; sleep 100')] });
    await node.run(pod);
    await node.running(pod);
    await node.runtime.measureVolumes();
    expect(node.runtime.observe(pod.metadata.uid ?? '')?.eviction).toBeUndefined();
  });
});
