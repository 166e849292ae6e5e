import { expect } from 'vitest';
import { change, isActive, isReady, until, untilGone, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson } from './kube.ts';
import { appsWorkload, otherWebImage, suffix, webImage, type WorkloadOptions } from './objects.ts';
import { promise, type Trial } from './promise.ts';
import { isOwnedBy, of, scales, selected, takesConditions, untilRunning } from './workloads.ts';

const deployments = 'deployments';
const sets = 'replicasets';
const revisionOf = ({ metadata }: KubeJson): string =>
  metadata.annotations?.['deployment.kubernetes.io/revision'];

const deployment = (name: string, options: WorkloadOptions): KubeJson =>
  appsWorkload('Deployment', name, options);

/** All replicas of the newest template, and no others. */
const isComplete = ({ metadata, spec, status }: KubeJson): boolean =>
  status?.observedGeneration >= metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas;

function untilComplete({ kube, namespace }: Trial, name: string): Promise<KubeJson> {
  return until(kube, { resource: deployments, namespace, name }, isComplete);
}

function setImage(trial: Trial, name: string, image: string): Promise<KubeJson> {
  return change(trial.kube, of(trial, deployments, name), (object) => {
    object.spec.template.spec.containers[0].image = image;
  });
}

promise(
  '[sig-apps] Deployment RollingUpdateDeployment should delete old pods and create new ones [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { name: 'sample-pod' };
    const set = appsWorkload('ReplicaSet', 'test-rolling-update-controller', { replicas: 1, labels });
    set.metadata.annotations = { 'deployment.kubernetes.io/revision': '3546343826724305832' };
    const old = await kube.create(of(trial, sets), set);
    await untilRunning(trial, labels, 1);
    const created = await kube.create(
      of(trial, deployments),
      deployment('test-rolling-update-deployment', { replicas: 1, labels, image: webImage }),
    );
    await untilComplete(trial, 'test-rolling-update-deployment');
    const all = await kube.list(of(trial, sets));
    // The older one is adopted, and the newer one has the next revision.
    expect(all.every((one) => isOwnedBy(one, created.metadata.uid))).toBe(true);
    const revisions = new Map(all.map((one) => [one.metadata.uid === old.metadata.uid, revisionOf(one)]));
    expect([revisions.get(true), revisions.get(false)]).toEqual([
      '3546343826724305832',
      '3546343826724305833',
    ]);
    const [pod, ...others] = (await kube.list(selected(trial, labels))).filter(isActive);
    expect([pod.spec.containers[0].image, others]).toEqual([webImage, []]);
  },
);

promise(
  '[sig-apps] Deployment RecreateDeployment should delete old pods and create new ones [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { name: 'sample-pod-3' };
    await kube.create(
      of(trial, deployments),
      deployment('test-recreate-deployment', {
        replicas: 1,
        labels,
        workload: { strategy: { type: 'Recreate' } },
      }),
    );
    await untilComplete(trial, 'test-recreate-deployment');
    const events = await watchFromNow(kube, selected(trial, labels));
    try {
      await setImage(trial, 'test-recreate-deployment', otherWebImage);
      await untilComplete(trial, 'test-recreate-deployment');
      const isNew = ({ object }: { object: KubeJson }): boolean =>
        object.spec.containers[0].image === otherWebImage;
      await events.until(
        'the new pod runs',
        (event) => isNew(event) && event.object.status.phase === 'Running',
      );
      // No pod of the old template is there when the first of the new one comes.
      const first = events.all.findIndex(isNew);
      const before = events.all.slice(0, first);
      expect(before.some(({ type }) => type === 'DELETED')).toBe(true);
      expect(events.all.slice(first).every(isNew)).toBe(true);
    } finally {
      events.end();
    }
  },
);

promise('[sig-apps] Deployment deployment should delete old replica sets [Conformance]', async (trial) => {
  const { kube } = trial;
  const labels = { name: 'cleanup-pod' };
  await kube.create(
    of(trial, sets),
    appsWorkload('ReplicaSet', 'test-cleanup-controller', { replicas: 1, labels }),
  );
  await untilRunning(trial, labels, 1);
  await kube.create(
    of(trial, deployments),
    deployment('test-cleanup-deployment', {
      replicas: 1,
      labels,
      image: webImage,
      workload: { revisionHistoryLimit: 0 },
    }),
  );
  await untilGone(kube, of(trial, sets, 'test-cleanup-controller'));
  await untilComplete(trial, 'test-cleanup-deployment');
  expect(await kube.list(of(trial, sets))).toHaveLength(1);
});

promise('[sig-apps] Deployment deployment should support rollover [Conformance]', async (trial) => {
  const { kube } = trial;
  const labels = { name: 'rollover-pod' };
  const old = await kube.create(
    of(trial, sets),
    appsWorkload('ReplicaSet', 'test-rollover-controller', { replicas: 1, labels }),
  );
  await untilRunning(trial, labels, 1);
  await kube.create(
    of(trial, deployments),
    deployment('test-rollover-deployment', {
      replicas: 1,
      labels,
      image: 'registry.k8s.io/this-image-does-not-matter:1',
      metadata: { annotations: { 'simulated.berth.dev/ready-after-seconds': 'never' } },
      // Of another image, so that no cluster has it ready before the next change.
      workload: {
        minReadySeconds: 5,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      },
    }),
  );
  const target = of(trial, deployments, 'test-rollover-deployment');
  await until(kube, target, ({ status }) => status?.updatedReplicas === 1);
  await change(kube, target, ({ spec }) => {
    spec.template.metadata.annotations = { rolled: 'over' };
    spec.template.spec.containers[0].image = webImage;
  });
  await untilComplete(trial, 'test-rollover-deployment');
  const all = await kube.list(of(trial, sets));
  const withPods = all.filter(({ spec }) => spec.replicas > 0);
  expect([all.length, withPods.length]).toEqual([3, 1]);
  expect(withPods[0].spec.template.spec.containers[0].image).toBe(webImage);
  expect((await kube.get(of(trial, sets, old.metadata.name))).status.replicas).toBe(0);
});

promise(
  '[sig-apps] Deployment deployment should support proportional scaling [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { name: 'httpd' };
    const target = of(trial, deployments, 'webserver-deployment');
    await kube.create(
      of(trial, deployments),
      deployment('webserver-deployment', {
        replicas: 10,
        labels,
        workload: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } },
      }),
    );
    await untilComplete(trial, 'webserver-deployment');
    const [first] = await kube.list(of(trial, sets));
    // An image that there is not: the rollout stops as far as maxUnavailable lets it.
    await change(kube, target, ({ spec }) => {
      spec.template.metadata.annotations = { 'simulated.berth.dev/waiting-reason': 'ImagePullBackOff' };
      spec.template.spec.containers[0].image = 'webserver:404';
    });
    const replicas =
      (first_: number, second: number) =>
      (items: readonly KubeJson[]): boolean =>
        items.length === 2 &&
        items.every(({ metadata, spec, status }) => {
          const wanted = metadata.uid === first.metadata.uid ? first_ : second;
          return spec.replicas === wanted && status.replicas === wanted;
        });
    await untilList(kube, of(trial, sets), replicas(8, 5));
    await until(kube, target, ({ metadata, status }) => status.observedGeneration >= metadata.generation);
    await change(kube, target, ({ spec }) => {
      spec.replicas = 30;
    });
    // 33 in all, in proportion to 8 and 5.
    await untilList(kube, of(trial, sets), replicas(20, 13));
  },
);

promise(
  '[sig-apps] Deployment Deployment should have a working scale subresource [Conformance]',
  async (trial) => {
    const labels = { name: 'sample-pod' };
    await trial.kube.create(
      of(trial, deployments),
      deployment('test-new-deployment', { replicas: 1, labels }),
    );
    await untilComplete(trial, 'test-new-deployment');
    await scales(trial, deployments, 'test-new-deployment');
  },
);

promise('[sig-apps] Deployment should validate Deployment Status endpoints [Conformance]', async (trial) => {
  const labels = { e2e: suffix() };
  await trial.kube.create(of(trial, deployments), deployment('test-deployment', { replicas: 1, labels }));
  await untilComplete(trial, 'test-deployment');
  await takesConditions(trial, of(trial, deployments, 'test-deployment'));
});

promise('[sig-apps] Deployment should run the lifecycle of a Deployment [Conformance]', async (trial) => {
  const { kube } = trial;
  const labels = { 'test-deployment-static': 'true', run: suffix() };
  const query = { labelSelector: `run=${labels.run}` };
  const target = of(trial, deployments, 'test-deployment');
  const events = await watchFromNow(kube, { ...of(trial, deployments), query });
  const seen = (awaited: string, isIt: (object: KubeJson) => boolean): Promise<unknown> =>
    events.until(awaited, ({ type, object }) => type === 'MODIFIED' && isIt(object));
  try {
    await kube.create(
      of(trial, deployments),
      deployment('test-deployment', { replicas: 2, labels, image: webImage }),
    );
    await events.until('it is added', ({ type }) => type === 'ADDED');
    await seen('its two pods are ready', ({ status }) => status?.readyReplicas === 2);
    await kube.patch(
      target,
      {
        metadata: { labels: { 'test-deployment': 'patched' } },
        spec: {
          replicas: 3,
          template: {
            spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: otherWebImage }] },
          },
        },
      },
      'strategic-merge',
    );
    await seen('the patch', ({ metadata }) => metadata.labels['test-deployment'] === 'patched');
    await seen('three pods are ready', ({ status }) => status.readyReplicas === 3);
    await untilComplete(trial, 'test-deployment');
    expect((await kube.list({ resource: deployments, query })).map(({ metadata }) => metadata.name)).toEqual([
      'test-deployment',
    ]);

    const status = { ...target, subresource: 'status' };
    await change(kube, status, (object) => {
      object.metadata.labels = { ...object.metadata.labels, 'test-deployment': 'updated' };
      object.status.readyReplicas = 0;
      object.status.availableReplicas = 0;
      object.status.unavailableReplicas = object.status.replicas;
    });
    await seen('the changed status', ({ status: counts }) => (counts?.readyReplicas ?? 0) === 0);
    await until(kube, status, (object) => object.status.readyReplicas === 3);
    await kube.patch(status, {
      metadata: { annotations: { status: 'patched' } },
      status: { readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 3 },
    });
    await until(kube, status, (object) => object.status.readyReplicas === 3);
    expect((await kube.list({ ...of(trial, 'pods'), query })).filter(isReady)).toHaveLength(3);

    await kube.delete({ ...of(trial, deployments), query });
    await events.until('it is deleted', ({ type }) => type === 'DELETED');
  } finally {
    events.end();
  }
});
