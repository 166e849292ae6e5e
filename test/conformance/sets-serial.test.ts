import { expect } from 'vitest';
import { change, isActive, isReady, refusal, until, untilGone, untilList } from './awaiting.ts';
import type { KubeJson } from './kube.ts';
import { appsWorkload, otherWebImage, suffix, webImage } from './objects.ts';
import { serialPromise, type Trial } from './promise.ts';
import { isOwnedBy, of, selected, takesConditions } from './workloads.ts';

const daemonSets = 'daemonsets';
const revisions = 'controllerrevisions';

const daemonSet = (name: string, labels: Readonly<Record<string, string>>, workload: object = {}): KubeJson =>
  appsWorkload('DaemonSet', name, { labels, image: otherWebImage, workload });

/** Nodes that take a pod which tolerates nothing. */
async function schedulableNodes({ kube }: Trial): Promise<readonly string[]> {
  const nodes = await kube.list({ resource: 'nodes' });
  return nodes
    .filter(({ spec, status }) => {
      const ready = status.conditions.some((one: KubeJson) => one.type === 'Ready' && one.status === 'True');
      const repels = (spec.taints ?? []).some(({ effect }: KubeJson) => effect !== 'PreferNoSchedule');
      return ready && !repels && spec.unschedulable !== true;
    })
    .map(({ metadata }) => String(metadata.name))
    .toSorted((a, b) => a.localeCompare(b));
}

const nodesOf = (pods: readonly KubeJson[]): readonly string[] =>
  pods.map(({ spec }) => String(spec.nodeName)).toSorted((a, b) => a.localeCompare(b));

/** One ready pod on each of these nodes, and no other. */
function untilOn(
  trial: Trial,
  labels: Readonly<Record<string, string>>,
  nodes: readonly string[],
): Promise<readonly KubeJson[]> {
  return untilList(trial.kube, selected(trial, labels), (pods) => {
    const active = pods.filter(isActive);
    return active.every(isReady) && String(nodesOf(active)) === String(nodes);
  });
}

async function runningDaemonSet(
  trial: Trial,
  name: string,
  workload: object = {},
): Promise<{ created: KubeJson; labels: Record<string, string>; nodes: readonly string[] }> {
  const labels = { 'daemonset-name': `${name}-${suffix()}` };
  const nodes = await schedulableNodes(trial);
  const created = await trial.kube.create(of(trial, daemonSets), daemonSet(name, labels, workload));
  await untilOn(trial, labels, nodes);
  await until(
    trial.kube,
    of(trial, daemonSets, name),
    ({ status }) => status?.observedGeneration === 1 && status.numberAvailable === nodes.length,
  );
  return { created, labels, nodes };
}

serialPromise(
  '[sig-apps] Daemon set [Serial] should run and stop simple daemon [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { labels, nodes } = await runningDaemonSet(trial, 'daemon-set');
    const [first] = await kube.list(selected(trial, labels));
    await kube.delete(of(trial, 'pods', first.metadata.name), { gracePeriodSeconds: 0 });
    const revived = await untilOn(trial, labels, nodes);
    expect(revived.map(({ metadata }) => metadata.uid)).not.toContain(first.metadata.uid);
  },
);

serialPromise(
  '[sig-apps] Daemon set [Serial] should run and stop complex daemon [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { 'daemonset-name': `complex-${suffix()}` };
    const key = `conformance-color-${suffix()}`;
    const [node = ''] = await schedulableNodes(trial);
    const target = { resource: 'nodes', name: node };
    const paint = (color: string | null): Promise<KubeJson> =>
      kube.patch(target, { metadata: { labels: { [key]: color } } });
    const object = daemonSet('daemon-set', labels);
    object.spec.template.spec.nodeSelector = { [key]: 'blue' };
    try {
      await kube.create(of(trial, daemonSets), object);
      await until(
        kube,
        of(trial, daemonSets, 'daemon-set'),
        ({ status }) => status?.observedGeneration >= 1 && status.desiredNumberScheduled === 0,
      );
      expect(await kube.list(selected(trial, labels))).toEqual([]);
      await paint('blue');
      await untilOn(trial, labels, [node]);
      await until(kube, of(trial, daemonSets, 'daemon-set'), ({ status }) => status.numberAvailable === 1);
      await paint('green');
      await untilOn(trial, labels, []);
      await change(kube, of(trial, daemonSets, 'daemon-set'), ({ spec }) => {
        spec.template.spec.nodeSelector = { [key]: 'green' };
        spec.updateStrategy = { type: 'RollingUpdate' };
      });
      await untilOn(trial, labels, [node]);
    } finally {
      await paint(null);
    }
  },
);

serialPromise(
  '[sig-apps] Daemon set [Serial] should retry creating failed daemon pods [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { labels, nodes } = await runningDaemonSet(trial, 'daemon-set');
    const [first] = await kube.list(selected(trial, labels));
    const { name } = first.metadata;
    await change(kube, { ...of(trial, 'pods', name), subresource: 'status' }, (object) => {
      object.status.phase = 'Failed';
      object.status.conditions = [];
    });
    await untilGone(kube, of(trial, 'pods', name));
    const revived = await untilOn(trial, labels, nodes);
    expect(revived.map(({ metadata }) => metadata.uid)).not.toContain(first.metadata.uid);
  },
);

serialPromise(
  '[sig-apps] Daemon set [Serial] should update pod when spec was updated and update strategy is RollingUpdate [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { labels, nodes } = await runningDaemonSet(trial, 'daemon-set', {
      updateStrategy: { type: 'RollingUpdate' },
    });
    const hashOf = (object: KubeJson): string => object.metadata.labels['controller-revision-hash'];
    const before = await kube.list(selected(trial, labels));
    await change(kube, of(trial, daemonSets, 'daemon-set'), ({ spec }) => {
      spec.template.spec.containers[0].image = webImage;
    });
    const after = await untilList(kube, selected(trial, labels), (pods) => {
      const active = pods.filter(isActive);
      const isNew = active.every((one) => one.spec.containers[0].image === webImage && isReady(one));
      return isNew && String(nodesOf(active)) === String(nodes);
    });
    expect(new Set(after.map(hashOf)).size).toBe(1);
    expect(hashOf(after[0])).not.toBe(hashOf(before[0]));
    expect(await kube.list({ ...of(trial, revisions), ...selectedQuery(labels) })).toHaveLength(2);
  },
);

const selectedQuery = (labels: Readonly<Record<string, string>>): { query: Record<string, string> } => ({
  query: {
    labelSelector: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  },
});

serialPromise(
  '[sig-apps] Daemon set [Serial] should rollback without unnecessary restarts [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { labels, nodes } = await runningDaemonSet(trial, 'daemon-set', {
      updateStrategy: { type: 'RollingUpdate' },
    });
    const target = of(trial, daemonSets, 'daemon-set');
    const setImage = (image: string, annotations: object): Promise<KubeJson> =>
      change(kube, target, ({ spec }) => {
        spec.template.metadata.annotations = annotations;
        spec.template.spec.containers[0].image = image;
      });
    // An image that there is not: the rollout stops at its first pod.
    await setImage('foo:non-existent', { 'simulated.berth.dev/waiting-reason': 'ImagePullBackOff' });
    const middle = await untilList(kube, selected(trial, labels), (pods) =>
      pods.some((one) => one.spec.containers[0].image === 'foo:non-existent'),
    );
    const kept = middle.filter((one) => isActive(one) && one.spec.containers[0].image === otherWebImage);
    expect(kept).toHaveLength(nodes.length - 1);
    await setImage(otherWebImage, {});
    const rolledBack = await untilList(kube, selected(trial, labels), (pods) => {
      const active = pods.filter(isActive);
      const isOld = active.every((one) => one.spec.containers[0].image === otherWebImage && isReady(one));
      return isOld && String(nodesOf(active)) === String(nodes);
    });
    const uids = new Set(rolledBack.map(({ metadata }) => metadata.uid));
    expect(kept.filter(({ metadata }) => !uids.has(metadata.uid))).toEqual([]);
  },
);

serialPromise(
  '[sig-apps] Daemon set [Serial] should list and delete a collection of DaemonSets [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { labels } = await runningDaemonSet(trial, 'daemon-set');
    expect(await kube.list({ resource: daemonSets, ...selectedQuery(labels) })).toHaveLength(1);
    await kube.delete({ ...of(trial, daemonSets), ...selectedQuery(labels) });
    await untilList(kube, { resource: daemonSets, ...selectedQuery(labels) }, (left) => left.length === 0);
  },
);

serialPromise(
  '[sig-apps] Daemon set [Serial] should verify changes to a daemon set status [Conformance]',
  async (trial) => {
    await runningDaemonSet(trial, 'daemon-set');
    await takesConditions(trial, of(trial, daemonSets, 'daemon-set'));
  },
);

serialPromise(
  '[sig-apps] ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { created, labels } = await runningDaemonSet(trial, 'e2e-daemon');
    const all = { ...of(trial, revisions), ...selectedQuery(labels) };
    const untilCount = (count: number): Promise<readonly KubeJson[]> =>
      untilList(kube, all, (items) => items.length === count);
    const [initial] = await untilCount(1);
    expect(isOwnedBy(initial, created.metadata.uid)).toBe(true);
    const { name } = initial.metadata;

    const patched = await kube.patch(
      of(trial, revisions, name),
      { metadata: { labels: { [name]: 'patched' } } },
      'strategic-merge',
    );
    expect(patched.metadata.labels[name]).toBe('patched');

    const { metadata, data, revision } = initial;
    const second = `${name}-more`;
    await kube.create(of(trial, revisions), {
      metadata: {
        name: second,
        namespace: trial.namespace,
        labels: metadata.labels,
        ownerReferences: metadata.ownerReferences,
      },
      data,
      revision: revision + 1,
    });
    await untilCount(2);
    await kube.delete(of(trial, revisions, name));
    expect((await refusal(kube.get(of(trial, revisions, name)))).code).toBe(404);
    const [left] = await untilCount(1);

    const updated = await change(kube, of(trial, revisions, left.metadata.name), (object) => {
      object.metadata.labels[left.metadata.name] = 'updated';
    });
    expect(updated.metadata.labels[left.metadata.name]).toBe('updated');

    await kube.patch(of(trial, daemonSets, 'e2e-daemon'), {
      spec: {
        template: { spec: { terminationGracePeriodSeconds: 1 } },
        updateStrategy: { type: 'RollingUpdate' },
      },
    });
    await untilCount(2);
    const collected = `${left.metadata.name}=updated`;
    await kube.delete({ ...of(trial, revisions), query: { labelSelector: collected } });
    const [last] = await untilCount(1);
    expect(last.revision).toBe(3);
  },
);
