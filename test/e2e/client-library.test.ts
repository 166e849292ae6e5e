import {
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  makeInformer,
  type V1Job,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
let config: KubeConfig;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:2' });
  config = new KubeConfig();
  config.loadFromFile(instance.kubeconfig);
});

afterAll(async () => {
  await instance?.remove();
});

test('the official client creates a Job, and its informer sees the pods come and finish', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const phases = new Map<string, Set<string>>();
  const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () =>
    core.listNamespacedPod({ namespace: 'default' }),
  );
  const note = (pod: V1Pod): void => {
    const name = pod.metadata?.name ?? '';
    phases.set(name, (phases.get(name) ?? new Set()).add(pod.status?.phase ?? ''));
  };
  informer.on('add', note);
  informer.on('update', note);
  await informer.start();

  const job: V1Job = {
    metadata: { name: 'many' },
    spec: {
      completions: 5,
      parallelism: 5,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: ['true'] }] },
      },
    },
  };
  await batch.createNamespacedJob({ namespace: 'default', body: job });
  await eventually('the Job is complete', async () => {
    const read = await batch.readNamespacedJob({ name: 'many', namespace: 'default' });
    return read.status?.succeeded === 5;
  });
  await eventually('the informer saw five pods succeed', () => {
    return [...phases.values()].filter((seen) => seen.has('Succeeded')).length === 5;
  });
  await informer.stop();
});

test('a watch from a list revision sees what came after it, and an error has a Status', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const list = await core.listNamespacedConfigMap({ namespace: 'default' });
  const seen: string[] = [];
  const controller = await new Watch(config).watch(
    '/api/v1/namespaces/default/configmaps',
    { resourceVersion: list.metadata?.resourceVersion ?? '' },
    (type: string, object: KubernetesObject) => {
      seen.push(`${type} ${object.metadata?.name}`);
    },
    () => undefined,
  );
  await core.createNamespacedConfigMap({
    namespace: 'default',
    body: { metadata: { name: 'seen' }, data: { a: 'b' } },
  });
  await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'seen' });
  await eventually('both events arrived', () => seen.length >= 2);
  expect(seen).toEqual(['ADDED seen', 'DELETED seen']);
  controller.abort();

  await expect(core.readNamespacedConfigMap({ namespace: 'default', name: 'nobody' })).rejects.toMatchObject({
    code: 404,
    body: expect.stringContaining('"reason":"NotFound"'),
  });
});
