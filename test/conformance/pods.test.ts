import { expect } from 'vitest';
import { change, isReady, isRunning, refusal, until, untilGone, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson, Target } from './kube.ts';
import { otherWebImage, pauseImage, pod, suffix, webImage } from './objects.ts';
import { promise, type Trial } from './promise.ts';

const podsOf = ({ namespace }: Trial, query?: Readonly<Record<string, string>>): Target => ({
  resource: 'pods',
  namespace,
  ...(query && { query }),
});
const podNamed = (trial: Trial, name: string, subresource?: string): Target => ({
  ...podsOf(trial),
  name,
  ...(subresource !== undefined && { subresource }),
});

promise('[sig-node] Pods should be submitted and removed [NodeConformance] [Conformance]', async (trial) => {
  const { kube } = trial;
  const time = suffix();
  const labelled = podsOf(trial, { labelSelector: `time=${time}` });
  expect(await kube.list(labelled)).toEqual([]);
  const events = await watchFromNow(kube, labelled);
  try {
    await kube.create(
      podsOf(trial),
      pod('submitted', { labels: { name: 'foo', time }, spec: { terminationGracePeriodSeconds: 30 } }),
    );
    expect((await kube.list(labelled)).map(({ metadata }) => metadata.name)).toEqual(['submitted']);
    await events.until('the pod is added', ({ type }) => type === 'ADDED');
    await until(kube, podNamed(trial, 'submitted'), isRunning);
    await kube.delete(podNamed(trial, 'submitted'), { gracePeriodSeconds: 30 });
    const { object } = await events.until('the pod is deleted', ({ type }) => type === 'DELETED');
    expect(object.metadata.deletionTimestamp).toBeTypeOf('string');
    expect(object.metadata.deletionGracePeriodSeconds).toBeTypeOf('number');
    expect(await kube.list(labelled)).toEqual([]);
  } finally {
    events.end();
  }
});

promise('[sig-node] Pods should be updated [NodeConformance] [Conformance]', async (trial) => {
  const { kube } = trial;
  const [first, second] = [suffix(), suffix()];
  await kube.create(podsOf(trial), pod('updated', { labels: { name: 'foo', time: first } }));
  await until(kube, podNamed(trial, 'updated'), isRunning);
  expect(await kube.list(podsOf(trial, { labelSelector: `time=${first}` }))).toHaveLength(1);
  await change(kube, podNamed(trial, 'updated'), (object) => {
    object.metadata.labels.time = second;
  });
  await until(kube, podNamed(trial, 'updated'), isRunning);
  expect(await kube.list(podsOf(trial, { labelSelector: `time=${first}` }))).toEqual([]);
  expect(await kube.list(podsOf(trial, { labelSelector: `time=${second}` }))).toHaveLength(1);
});

promise('[sig-node] Pods should delete a collection of pods [Conformance]', async (trial) => {
  const { kube } = trial;
  const labelled = podsOf(trial, { labelSelector: 'type=Testing' });
  for (const name of ['one', 'two', 'three'])
    await kube.create(podsOf(trial), pod(name, { labels: { type: 'Testing' } }));
  await untilList(kube, labelled, (pods) => pods.length === 3 && pods.every(isRunning));
  await kube.delete(labelled, { gracePeriodSeconds: 1 });
  await untilList(kube, labelled, (pods) => pods.length === 0);
});

promise('[sig-node] Pods should get a host IP [NodeConformance] [Conformance]', async (trial) => {
  const { kube } = trial;
  await kube.create(podsOf(trial), pod('placed'));
  const { status } = await until(kube, podNamed(trial, 'placed'), isRunning);
  expect(status.hostIP).toMatch(/^[0-9a-f.:]+$/);
});

promise('[sig-node] Pods should patch a pod status [Conformance]', async (trial) => {
  const { kube } = trial;
  await kube.create(podsOf(trial), pod('patched', { labels: { 'pod-status': 'patch' } }));
  await until(kube, podNamed(trial, 'patched'), isRunning);
  const status = { message: 'Patched by e2e test', reason: 'E2E' };
  const patched = await kube.patch(podNamed(trial, 'patched', 'status'), { status }, 'strategic-merge');
  expect(patched.status).toMatchObject({ ...status, phase: 'Running' });
});

promise(
  '[sig-node] Pods should run through the lifecycle of Pods and PodStatus [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const query = { labelSelector: 'test-pod-static=true' };
    const events = await watchFromNow(kube, podsOf(trial, query));
    const modified = (awaited: string, isIt: (object: KubeJson) => boolean): Promise<KubeJson> =>
      events
        .until(awaited, ({ type, object }) => type !== 'DELETED' && isIt(object))
        .then(({ object }) => object);
    try {
      await kube.create(
        podsOf(trial),
        pod('cycled', { image: webImage, labels: { 'test-pod-static': 'true' } }),
      );
      await events.until('the pod is added', ({ type }) => type === 'ADDED');
      await modified('it runs and is ready', (object) => isRunning(object) && isReady(object));

      const patch = {
        metadata: { labels: { 'test-pod': 'patched' } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: otherWebImage }] },
      };
      await kube.patch(podNamed(trial, 'cycled'), patch, 'strategic-merge');
      const seen = await modified('the patch', ({ metadata }) => metadata.labels['test-pod'] === 'patched');
      expect(seen.spec.containers[0].image).toBe(otherWebImage);

      const { status } = await kube.get(podNamed(trial, 'cycled', 'status'));
      expect(status.conditions.map(({ type }: KubeJson) => type)).toContain('Ready');
      await change(kube, podNamed(trial, 'cycled', 'status'), (object) => {
        for (const condition of object.status.conditions)
          if (condition.type === 'Ready') condition.status = 'False';
      });
      await modified('the replaced status', ({ status: { conditions = [] } }) =>
        conditions.some(({ type, status: value }: KubeJson) => type === 'Ready' && value === 'False'),
      );

      await kube.delete(podsOf(trial, query), { gracePeriodSeconds: 1 });
      await events.until('the pod is deleted', ({ type }) => type === 'DELETED');
      await untilGone(kube, podNamed(trial, 'cycled'));
    } finally {
      events.end();
    }
  },
);

promise(
  '[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const amounts = { cpu: '100m', memory: '100Mi' };
    await kube.create(
      podsOf(trial),
      pod('guaranteed', { resources: { requests: amounts, limits: amounts } }),
    );
    expect((await kube.get(podNamed(trial, 'guaranteed'))).status.qosClass).toBe('Guaranteed');
  },
);

const observes = ({ metadata, status }: KubeJson): boolean =>
  status.observedGeneration === metadata.generation;

promise(
  '[sig-node] Pods Extended (pod generation) Pod Generation pod generation should start at 1 and increment per update [MinimumKubeletVersion:1.34] [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = podNamed(trial, 'counted');
    const created = await kube.create(
      podsOf(trial),
      pod('counted', { spec: { activeDeadlineSeconds: 50_000 } }),
    );
    expect(created.metadata.generation).toBe(1);
    const edits: ReadonlyArray<readonly [string, number, (object: KubeJson) => void]> = [
      ['an image', 1, ({ spec }) => (spec.containers[0].image = webImage)],
      ['a deadline', 1, ({ spec }) => (spec.activeDeadlineSeconds = 40_000)],
      ['a toleration', 1, ({ spec }) => spec.tolerations.push({ key: 'a', operator: 'Exists' })],
      [
        'two things at once',
        1,
        ({ spec }) => {
          spec.containers[0].image = pauseImage;
          spec.activeDeadlineSeconds = 30_000;
        },
      ],
      ['nothing', 0, () => undefined],
      ['metadata alone', 0, ({ metadata }) => (metadata.labels = { key: 'value' })],
    ];
    let generation = 1;
    for (const [what, counts, edit] of edits) {
      const { metadata } = await change(kube, target, (object) => {
        object.spec.tolerations ??= [];
        edit(object);
      });
      generation += counts;
      expect([what, metadata.generation]).toEqual([what, generation]);
      await until(kube, target, observes);
    }
  },
);

promise(
  '[sig-node] Pods Extended (pod generation) Pod Generation custom-set generation on new pods and graceful delete [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = podNamed(trial, 'custom');
    const created = await kube.create(
      podsOf(trial),
      pod('custom', { metadata: { generation: 100 }, spec: { terminationGracePeriodSeconds: 30 } }),
    );
    expect(created.metadata.generation).toBe(1);
    const changed = await change(kube, target, (object) => {
      object.metadata.generation = 200;
      object.metadata.annotations = { key: 'value' };
    });
    expect(changed.metadata.generation).toBe(1);
    await until(kube, target, isRunning);
    const events = await watchFromNow(kube, podsOf(trial));
    try {
      await kube.delete(target, { gracePeriodSeconds: 30 });
      const { object } = await events.until(
        'the deletion begins',
        ({ object: seen }) => seen.metadata.deletionTimestamp !== undefined,
      );
      expect(object.metadata.generation).toBe(2);
      await untilGone(kube, target);
    } finally {
      events.end();
    }
  },
);

promise(
  '[sig-node] Pods Extended (pod generation) Pod Generation issue 500 podspec updates and verify generation and observedGeneration eventually converge [MinimumKubeletVersion:1.34] [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = podNamed(trial, 'busy');
    await kube.create(podsOf(trial), pod('busy', { spec: { activeDeadlineSeconds: 100_000 } }));
    await until(kube, target, isRunning);
    for (let update = 1; update <= 500; update++)
      await kube.patch(target, { spec: { activeDeadlineSeconds: 100_000 - update } });
    const { metadata } = await until(kube, target, observes);
    expect(metadata.generation).toBe(501);
  },
);

promise(
  '[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace [Conformance]',
  async (trial) => {
    const { kube, namespace } = trial;
    const target = { resource: 'configmaps', namespace, name: 'kube-root-ca.crt' };
    const untilWhole = (): Promise<KubeJson> =>
      eventuallyHas(trial, target, ({ data }) => String(data?.['ca.crt']).includes('BEGIN CERTIFICATE'));
    const { data } = await untilWhole();
    await kube.delete(target);
    await untilWhole();
    await change(kube, target, (object) => {
      object.data = { 'ca.crt': '' };
    });
    expect((await untilWhole()).data).toEqual(data);
  },
);

/** As `until`, of an object that may not be there yet. */
async function eventuallyHas(
  { kube }: Trial,
  target: Target,
  isWanted: (object: KubeJson) => boolean,
): Promise<KubeJson> {
  const { name, ...collection } = target;
  const found = await untilList(kube, collection, (items) =>
    items.some((item) => item.metadata.name === name && isWanted(item)),
  );
  return found.find((item) => item.metadata.name === name);
}

promise(
  '[sig-api-machinery] Garbage collector should not be blocked by dependency circle [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const pods = new Map<string, KubeJson>();
    for (const name of ['pod1', 'pod2', 'pod3']) pods.set(name, await kube.create(podsOf(trial), pod(name)));
    for (const [name, owner] of [
      ['pod1', 'pod3'],
      ['pod2', 'pod1'],
      ['pod3', 'pod2'],
    ] as const) {
      const { uid } = pods.get(owner).metadata;
      const reference = {
        apiVersion: 'v1',
        kind: 'Pod',
        name: owner,
        uid,
        controller: true,
        blockOwnerDeletion: true,
      };
      await kube.patch(podNamed(trial, name), { metadata: { ownerReferences: [reference] } });
    }
    await kube.delete(podNamed(trial, 'pod1'), { propagationPolicy: 'Foreground' });
    await untilList(kube, podsOf(trial), (left) => left.length === 0);
    expect((await refusal(kube.get(podNamed(trial, 'pod1')))).code).toBe(404);
  },
);
