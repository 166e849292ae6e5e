import { expect } from 'vitest';
import { change, isReady, isRunning, until, untilGone, untilList } from './awaiting.ts';
import type { KubeJson } from './kube.ts';
import { appsWorkload, otherWebImage, suffix, webImage } from './objects.ts';
import { promise, type Trial } from './promise.ts';
import { of, selected, takesConditions } from './workloads.ts';

const sets = 'statefulsets';

async function createSet(
  trial: Trial,
  replicas: number,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const { kube } = trial;
  await kube.create(of(trial, 'services'), {
    metadata: { name: 'test', labels },
    spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80, name: 'http' }] },
  });
  await kube.create(
    of(trial, sets),
    appsWorkload('StatefulSet', 'ss', {
      replicas,
      labels,
      image: otherWebImage,
      workload: { serviceName: 'test', updateStrategy: { type: 'RollingUpdate' } },
    }),
  );
  await untilRunning(trial, labels, replicas);
}

/** `ss-0`, `ss-1`, … and no other, all of them ready. */
function untilRunning(
  trial: Trial,
  labels: Readonly<Record<string, string>>,
  replicas: number,
): Promise<readonly KubeJson[]> {
  return untilList(trial.kube, selected(trial, labels), (pods) => {
    const names = pods.map(({ metadata }) => String(metadata.name)).toSorted((a, b) => a.localeCompare(b));
    const wanted = Array.from({ length: replicas }, (_, ordinal) => `ss-${ordinal}`);
    return String(names) === String(wanted) && pods.every((pod) => isRunning(pod) && isReady(pod));
  });
}

promise(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { app: suffix() };
    await createSet(trial, 1, labels);
    const scale = { ...of(trial, sets, 'ss'), subresource: 'scale' };
    expect((await kube.get(scale)).spec.replicas).toBe(1);
    await change(kube, scale, (object) => {
      object.spec.replicas = 2;
    });
    expect((await kube.get(of(trial, sets, 'ss'))).spec.replicas).toBe(2);
    await untilRunning(trial, labels, 2);
    await kube.patch(scale, { spec: { replicas: 4 } });
    expect((await kube.get(of(trial, sets, 'ss'))).spec.replicas).toBe(4);
  },
);

promise(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should list, patch and delete a collection of StatefulSets [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { e2e: suffix() };
    const query = { labelSelector: `e2e=${labels.e2e}` };
    await createSet(trial, 1, labels);
    await kube.patch(
      of(trial, sets, 'ss'),
      {
        metadata: { labels: { test: 'patched' } },
        spec: { replicas: 2, template: { spec: { containers: [{ name: 'main', image: webImage }] } } },
      },
      'strategic-merge',
    );
    const patched = await until(
      kube,
      of(trial, sets, 'ss'),
      ({ status }) => status.readyReplicas === 2 && status.updatedReplicas === 2,
    );
    expect([patched.metadata.labels.test, patched.spec.template.spec.containers[0].image]).toEqual([
      'patched',
      webImage,
    ]);
    expect(await kube.list({ resource: sets, query })).toHaveLength(1);
    await kube.delete({ ...of(trial, sets), query });
    await untilGone(kube, of(trial, sets, 'ss'));
  },
);

promise(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should validate Statefulset Status endpoints [Conformance]',
  async (trial) => {
    await createSet(trial, 1, { app: suffix() });
    await takesConditions(trial, of(trial, sets, 'ss'));
  },
);

promise(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should perform canary updates and phased rolling updates of template modifications [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const labels = { app: suffix() };
    const target = of(trial, sets, 'ss');
    await createSet(trial, 3, labels);
    const partition = (ordinal: number): Promise<KubeJson> =>
      change(kube, target, ({ spec }) => {
        spec.updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: ordinal } };
      });
    const imagesOf = async (): Promise<readonly string[]> => {
      const pods = await untilRunning(trial, labels, 3);
      return pods
        .toSorted((a, b) => String(a.metadata.name).localeCompare(String(b.metadata.name)))
        .map(({ spec }) => spec.containers[0].image);
    };
    const untilImages = (images: readonly string[]): Promise<unknown> =>
      untilList(
        kube,
        selected(trial, labels),
        (pods) =>
          pods.length === images.length &&
          pods.every(
            (pod) =>
              isReady(pod) && pod.spec.containers[0].image === images[Number(pod.metadata.name.slice(3))],
          ),
      );
    const observed = (): Promise<KubeJson> =>
      until(kube, target, ({ metadata, status }) => status.observedGeneration >= metadata.generation);

    // A partition beyond all ordinals keeps every pod as it is.
    await partition(3);
    await change(kube, target, ({ spec }) => {
      spec.template.spec.containers[0].image = webImage;
    });
    const { status } = await until(
      kube,
      target,
      (set) => set.status.updateRevision !== set.status.currentRevision,
    );
    expect(await imagesOf()).toEqual([otherWebImage, otherWebImage, otherWebImage]);

    // The canary.
    await partition(2);
    await untilImages([otherWebImage, otherWebImage, webImage]);
    const revisionOf = async (name: string): Promise<string> =>
      (await kube.get(of(trial, 'pods', name))).metadata.labels['controller-revision-hash'];
    expect([await revisionOf('ss-0'), await revisionOf('ss-2')]).toEqual([
      status.currentRevision,
      status.updateRevision,
    ]);

    // Pods that are deleted come back in the revision that the partition gives them.
    for (const name of ['ss-0', 'ss-2']) {
      const { metadata } = await kube.get(of(trial, 'pods', name));
      await kube.delete(of(trial, 'pods', name), { gracePeriodSeconds: 0 });
      await untilList(kube, selected(trial, labels), (pods) =>
        pods.some((pod) => pod.metadata.name === name && pod.metadata.uid !== metadata.uid && isReady(pod)),
      );
    }
    expect(await imagesOf()).toEqual([otherWebImage, otherWebImage, webImage]);

    // Phase by phase.
    await partition(1);
    await untilImages([otherWebImage, webImage, webImage]);
    await partition(0);
    await untilImages([webImage, webImage, webImage]);
    await observed();
    await until(kube, target, (set) => set.status.currentRevision === set.status.updateRevision);
  },
);
