import { expect } from 'vitest';
import { change, isReady, patchNewest, refusal, until, untilGone, untilList } from './awaiting.ts';
import type { KubeJson } from './kube.ts';
import { appsWorkload, pod } from './objects.ts';
import { promise, type Trial } from './promise.ts';
import { of, selected } from './workloads.ts';

const budgets = 'poddisruptionbudgets';
const labels = { foo: 'bar' };

const budget = (name: string, limits: object): KubeJson => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, labels: { purpose: 'test' } },
  spec: { selector: { matchLabels: labels }, ...limits },
});

function untilObserved(trial: Trial, name: string): Promise<KubeJson> {
  return until(
    trial.kube,
    of(trial, budgets, name),
    ({ metadata, status }) => status?.observedGeneration >= metadata.generation,
  );
}

const untilAllowed = (trial: Trial, name: string, allowed: number): Promise<KubeJson> =>
  until(trial.kube, of(trial, budgets, name), ({ status }) => status?.disruptionsAllowed === allowed);

async function readyPods(trial: Trial, names: readonly string[]): Promise<void> {
  for (const name of names) await trial.kube.create(of(trial, 'pods'), pod(name, { labels }));
  await untilList(
    trial.kube,
    selected(trial, labels),
    (pods) => pods.length >= names.length && pods.every(isReady),
  );
}

function evict(trial: Trial, name: string): Promise<KubeJson> {
  return trial.kube.create(
    { ...of(trial, 'pods', name), subresource: 'eviction' },
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: trial.namespace } },
  );
}

promise(
  '[sig-apps] DisruptionController should create a PodDisruptionBudget [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const created = await kube.create(of(trial, budgets), budget('foo', { minAvailable: '1%' }));
    expect(created.spec.minAvailable).toBe('1%');
    await untilObserved(trial, 'foo');
    await change(kube, of(trial, budgets, 'foo'), ({ spec }) => {
      spec.minAvailable = '2%';
    });
    expect((await untilObserved(trial, 'foo')).spec.minAvailable).toBe('2%');
    const patched = await kube.patch(of(trial, budgets, 'foo'), { spec: { minAvailable: '3%' } });
    expect(patched.spec.minAvailable).toBe('3%');
    await untilObserved(trial, 'foo');
    await kube.delete(of(trial, budgets, 'foo'));
    await untilGone(kube, of(trial, budgets, 'foo'));

    await kube.create(of(trial, budgets), budget('foo2', { minAvailable: 1 }));
    expect(await kube.list({ ...of(trial, budgets), query: { labelSelector: 'purpose=test' } })).toHaveLength(
      1,
    );
    await kube.delete(of(trial, budgets));
    await untilList(kube, of(trial, budgets), (left) => left.length === 0);
  },
);

promise(
  '[sig-apps] DisruptionController should observe PodDisruptionBudget status updated [Conformance]',
  async (trial) => {
    await trial.kube.create(of(trial, budgets), budget('foo', { minAvailable: 1 }));
    await readyPods(trial, ['one', 'two', 'three']);
    const { status } = await untilAllowed(trial, 'foo', 2);
    expect(status).toMatchObject({ currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 });
  },
);

promise(
  '[sig-apps] DisruptionController should update/patch PodDisruptionBudget status [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const status = { ...of(trial, budgets, 'foo'), subresource: 'status' };
    await readyPods(trial, ['one']);
    await kube.create(of(trial, budgets), budget('foo', { minAvailable: 1 }));
    await untilObserved(trial, 'foo');
    const time = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
    const updated = await change(kube, status, (object) => {
      object.status.disruptedPods = { one: time };
    });
    expect(updated.status.disruptedPods).toEqual({ one: time });
    // The controller may have put it right by now: then there is nothing to take away.
    const patched = await patchNewest(kube, status, { status: { disruptedPods: null } });
    expect(patched.status.disruptedPods ?? {}).toEqual({});
  },
);

promise(
  '[sig-apps] DisruptionController should block an eviction until the PDB is updated to allow it [Conformance]',
  async (trial) => {
    const { kube } = trial;
    await kube.create(of(trial, 'replicasets'), appsWorkload('ReplicaSet', 'rs', { replicas: 3, labels }));
    await kube.create(of(trial, budgets), budget('foo', { minAvailable: 3 }));
    const [first] = await untilList(
      kube,
      selected(trial, labels),
      (pods) => pods.length === 3 && pods.every(isReady),
    );
    await until(kube, of(trial, budgets, 'foo'), ({ status }) => status?.currentHealthy === 3);
    const refused = await refusal(evict(trial, first.metadata.name));
    expect([refused.code, refused.status.reason]).toEqual([429, 'TooManyRequests']);
    expect(refused.status.details.causes).toContainEqual(
      expect.objectContaining({ reason: 'DisruptionBudget' }),
    );

    await change(kube, of(trial, budgets, 'foo'), ({ spec }) => {
      spec.minAvailable = 2;
    });
    await untilAllowed(trial, 'foo', 1);
    await evict(trial, first.metadata.name);
    await untilAllowed(trial, 'foo', 1);

    const [next] = await untilList(
      kube,
      selected(trial, labels),
      (pods) =>
        pods.length === 3 && pods.every((one) => isReady(one) && one.metadata.uid !== first.metadata.uid),
    );
    await kube.patch(of(trial, budgets, 'foo'), { spec: { minAvailable: 3 } });
    await untilAllowed(trial, 'foo', 0);
    expect((await refusal(evict(trial, next.metadata.name))).code).toBe(429);
    await kube.delete(of(trial, budgets, 'foo'));
    await evict(trial, next.metadata.name);
    await untilList(kube, selected(trial, labels), (pods) =>
      pods.every((one) => one.metadata.uid !== next.metadata.uid),
    );
  },
);
