import { expect } from 'vitest';
import { change, isRunning, until, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson } from './kube.ts';
import { appsWorkload, otherWebImage, pod, replicationController, suffix, webImage } from './objects.ts';
import { promise } from './promise.ts';
import { hasCondition, isOwnedBy, of, scales, takesConditions, untilRunning } from './workloads.ts';

const controllers = 'replicationcontrollers';
const sets = 'replicasets';

promise(
  '[sig-apps] ReplicationController should adopt matching pods on creation [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { name: 'pod-adoption' };
    await kube.create(of(trial, 'pods'), pod('pod-adoption', { labels }));
    await until(kube, of(trial, 'pods', 'pod-adoption'), isRunning);
    const { metadata } = await kube.create(
      of(trial, controllers),
      replicationController('pod-adoption', { labels }),
    );
    await until(kube, of(trial, 'pods', 'pod-adoption'), (object) => isOwnedBy(object, metadata.uid));
    await until(kube, of(trial, controllers, 'pod-adoption'), ({ status }) => status.replicas === 1);
  },
);

promise(
  '[sig-apps] ReplicationController should release no longer matching pods [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { name: 'pod-release' };
    const { metadata } = await kube.create(
      of(trial, controllers),
      replicationController('pod-release', { labels }),
    );
    const [first] = await untilRunning(trial, labels, 1);
    const target = of(trial, 'pods', first.metadata.name);
    await change(kube, target, (object) => {
      object.metadata.labels = { name: 'not-matching' };
    });
    await until(kube, target, (object) => !isOwnedBy(object, metadata.uid));
    await untilRunning(trial, labels, 1);
  },
);

promise(
  '[sig-apps] ReplicaSet should adopt matching pods on creation and release no longer matching pods [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { name: 'pod-adoption-release' };
    const target = of(trial, 'pods', 'pod-adoption-release');
    await kube.create(of(trial, 'pods'), pod('pod-adoption-release', { labels }));
    await until(kube, target, isRunning);
    const { metadata } = await kube.create(
      of(trial, sets),
      appsWorkload('ReplicaSet', 'pod-adoption-release', { replicas: 1, labels }),
    );
    await until(kube, target, (object) => isOwnedBy(object, metadata.uid));
    await change(kube, target, (object) => {
      object.metadata.labels = { name: 'not-matching' };
    });
    await until(kube, target, (object) => !isOwnedBy(object, metadata.uid));
    await untilRunning(trial, labels, 1);
  },
);

promise(
  '[sig-apps] ReplicationController should get and update a ReplicationController scale [Conformance]',
  async (trial) => {
    const labels = { name: 'e2e-rc' };
    await trial.kube.create(of(trial, controllers), replicationController('e2e-rc', { labels }));
    await untilRunning(trial, labels, 1);
    await scales(trial, controllers, 'e2e-rc');
  },
);

promise(
  '[sig-apps] ReplicaSet Replicaset should have a working scale subresource [Conformance]',
  async (trial) => {
    const labels = { name: 'test-rs' };
    await trial.kube.create(of(trial, sets), appsWorkload('ReplicaSet', 'test-rs', { replicas: 1, labels }));
    await untilRunning(trial, labels, 1);
    await scales(trial, sets, 'test-rs');
  },
);

promise(
  '[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = of(trial, controllers, 'condition-test');
    await kube.create(of(trial, 'resourcequotas'), {
      metadata: { name: 'condition-test' },
      spec: { hard: { pods: '2' } },
    });
    await until(
      kube,
      of(trial, 'resourcequotas', 'condition-test'),
      ({ status }) => status.used?.pods === '0',
    );
    await kube.create(
      of(trial, controllers),
      replicationController('condition-test', { replicas: 3, labels: { name: 'condition-test' } }),
    );
    const failing = await until(
      kube,
      target,
      (object) =>
        hasCondition(object, 'ReplicaFailure') !== undefined &&
        object.status.observedGeneration >= object.metadata.generation,
    );
    expect(hasCondition(failing, 'ReplicaFailure').message).toContain('exceeded quota: condition-test');
    await change(kube, target, (object) => {
      object.spec.replicas = 2;
    });
    await until(
      kube,
      target,
      (object) => hasCondition(object, 'ReplicaFailure') === undefined && object.status.replicas === 2,
    );
  },
);

promise(
  '[sig-apps] ReplicationController should test the lifecycle of a ReplicationController [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const label = { 'test-rc-static': 'true', run: suffix() };
    const query = { labelSelector: `run=${label.run}` };
    const events = await watchFromNow(kube, { ...of(trial, controllers), query });
    const seen = (awaited: string, isIt: (object: KubeJson) => boolean): Promise<unknown> =>
      events.until(awaited, ({ type, object }) => type === 'MODIFIED' && isIt(object));
    try {
      const target = of(trial, controllers, 'rc-test');
      await kube.create(
        of(trial, controllers),
        replicationController('rc-test', { labels: label, image: webImage }),
      );
      await events.until('it is added', ({ type }) => type === 'ADDED');
      await seen('it has its pod', ({ status }) => status.readyReplicas === 1);
      await kube.patch(target, { metadata: { labels: { 'test-rc': 'patched' } } }, 'strategic-merge');
      await seen('the label', ({ metadata }) => metadata.labels['test-rc'] === 'patched');
      await kube.patch(
        { ...target, subresource: 'status' },
        { status: { readyReplicas: 0, availableReplicas: 0 } },
      );
      await seen('its pod again', ({ status }) => status.readyReplicas === 1);
      await kube.patch(target, { spec: { replicas: 2 } });
      await seen('two pods', ({ status }) => status.readyReplicas === 2);
      expect((await kube.get({ ...target, subresource: 'status' })).status.replicas).toBe(2);
      expect(
        (await kube.list({ resource: controllers, query })).map(({ metadata }) => metadata.name),
      ).toEqual(['rc-test']);
      await change(kube, target, (object) => {
        object.spec.replicas = 3;
      });
      await seen('three pods', ({ status }) => status.readyReplicas === 3);
      await kube.delete({ ...of(trial, controllers), query });
      await events.until('it is deleted', ({ type }) => type === 'DELETED');
    } finally {
      events.end();
    }
  },
);

promise('[sig-apps] ReplicaSet Replace and Patch tests [Conformance]', async (trial) => {
  const { kube } = trial;
  const labels = { app: `test-rs-${suffix()}` };
  const target = of(trial, sets, 'test-rs');
  await kube.create(
    of(trial, sets),
    appsWorkload('ReplicaSet', 'test-rs', { replicas: 1, labels, image: otherWebImage }),
  );
  await untilRunning(trial, labels, 1);
  await change(kube, target, (object) => {
    object.spec.replicas = 2;
  });
  await until(kube, target, ({ status }) => status.readyReplicas === 2);
  await kube.patch(
    target,
    {
      metadata: { labels: { 'test-rs': 'patched' } },
      spec: {
        replicas: 3,
        template: {
          spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: webImage }] },
        },
      },
    },
    'strategic-merge',
  );
  const { metadata, spec } = await until(kube, target, ({ status }) => status.readyReplicas === 3);
  expect([metadata.labels['test-rs'], spec.template.spec.containers[0].image]).toEqual(['patched', webImage]);
});

promise(
  '[sig-apps] ReplicaSet should list and delete a collection of ReplicaSets [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { e2e: suffix() };
    const query = { labelSelector: `e2e=${labels.e2e}` };
    await kube.create(of(trial, sets), appsWorkload('ReplicaSet', 'test-rs', { replicas: 3, labels }));
    await untilRunning(trial, labels, 3);
    expect(await kube.list({ resource: sets, query })).toHaveLength(1);
    await kube.delete({ ...of(trial, sets), query });
    await untilList(kube, { resource: sets, query }, (left) => left.length === 0);
  },
);

promise('[sig-apps] ReplicaSet should validate Replicaset Status endpoints [Conformance]', async (trial) => {
  const labels = { e2e: suffix() };
  await trial.kube.create(of(trial, sets), appsWorkload('ReplicaSet', 'test-rs', { replicas: 1, labels }));
  await untilRunning(trial, labels, 1);
  await takesConditions(trial, of(trial, sets, 'test-rs'));
});
