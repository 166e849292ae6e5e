import { expect } from 'vitest';
import { isRunning, until, untilGone, untilList } from './awaiting.ts';
import type { KubeJson } from './kube.ts';
import { pod, suffix } from './objects.ts';
import { promise, type Trial } from './promise.ts';

/** A namespace of its own, which the test deletes. */
async function createNamespace({ kube }: Trial, prefix: string): Promise<string> {
  const name = `${prefix}-${suffix()}`;
  await kube.create({ resource: 'namespaces' }, { metadata: { name } });
  return name;
}

promise(
  '[sig-api-machinery] Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const namespace = await createNamespace(trial, 'nsdelete');
    const pods = { resource: 'pods', namespace };
    await kube.create(pods, pod('test-pod'));
    await until(kube, { ...pods, name: 'test-pod' }, isRunning);
    await kube.delete({ resource: 'namespaces', name: namespace });
    await untilGone(kube, { resource: 'namespaces', name: namespace });
    await kube.create({ resource: 'namespaces' }, { metadata: { name: namespace } });
    expect(await kube.list(pods)).toEqual([]);
    await kube.delete({ resource: 'namespaces', name: namespace });
  },
);

promise(
  '[sig-api-machinery] Namespaces [Serial] should ensure that all services are removed when a namespace is deleted [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const namespace = await createNamespace(trial, 'nsdelete');
    const services = { resource: 'services', namespace };
    await kube.create(services, {
      metadata: { name: 'test-service' },
      spec: { selector: { foo: 'bar' }, ports: [{ port: 80, targetPort: 80 }] },
    });
    await kube.delete({ resource: 'namespaces', name: namespace });
    await untilGone(kube, { resource: 'namespaces', name: namespace });
    await kube.create({ resource: 'namespaces' }, { metadata: { name: namespace } });
    expect(await kube.list(services)).toEqual([]);
    await kube.delete({ resource: 'namespaces', name: namespace });
  },
);

promise(
  '[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const namespace = await createNamespace(trial, 'nsdeletetest');
    const pods = { resource: 'pods', namespace };
    const configMap = { resource: 'configmaps', namespace, name: 'test-configmap' };
    const finalizers = ['e2e.example.com/finalizer'];
    await kube.create(pods, pod('test-pod', { metadata: { finalizers } }));
    await until(kube, { ...pods, name: 'test-pod' }, isRunning);
    await kube.create(
      { resource: 'configmaps', namespace },
      { metadata: { name: 'test-configmap', finalizers }, data: { key: 'value' } },
    );
    await kube.delete({ resource: 'namespaces', name: namespace });
    await until(
      kube,
      { ...pods, name: 'test-pod' },
      ({ metadata }) => metadata.deletionTimestamp !== undefined,
    );
    await until(kube, { resource: 'namespaces', name: namespace }, ({ status }) =>
      status.conditions?.some(({ type, status: value, message }: KubeJson) =>
        type === 'NamespaceDeletionContentFailure' && value === 'True'
          ? String(message).includes('pods')
          : type === 'NamespaceContentRemaining' && value === 'True',
      ),
    );
    // While the pod is there, nothing else goes.
    expect((await kube.get(configMap)).metadata.deletionTimestamp).toBeUndefined();
    await kube.patch({ ...pods, name: 'test-pod' }, { metadata: { finalizers: [] } });
    await untilList(kube, pods, (items) => items.length === 0);
    await until(kube, configMap, ({ metadata }) => metadata.deletionTimestamp !== undefined);
    await kube.patch(configMap, { metadata: { finalizers: [] } });
    await untilGone(kube, { resource: 'namespaces', name: namespace });
  },
);
