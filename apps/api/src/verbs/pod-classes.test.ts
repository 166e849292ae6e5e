import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

const priorityClasses = '/apis/scheduling.k8s.io/v1/priorityclasses';
const runtimeClasses = '/apis/node.k8s.io/v1/runtimeclasses';
const create = (path: string, name: string, members: object) =>
  api.send('POST', path, { body: { metadata: { name }, ...members } });
const createPod = (name: string, spec: object = {}) =>
  create('/api/v1/namespaces/ns/pods', name, { spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });

test('every cluster has the two classes of the system, and pods may name them before anybody looked', async () => {
  const pod = await createPod('critical', { priorityClassName: 'system-cluster-critical' });
  expect([pod.status, pod.json.spec.priority]).toEqual([201, 2_000_000_000]);
  const { items } = (await api.send('GET', priorityClasses)).json;
  const found = items.map((item: { metadata: { name: string }; value: number }) => [
    item.metadata.name,
    item.value,
  ]);
  expect(found).toEqual([
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ]);
});

test('the very next pod is of a new class, and none is once it is deleted', async () => {
  await create(priorityClasses, 'high', { value: 1000 });
  const pod = await createPod('during', { priorityClassName: 'high' });
  expect(pod.json.spec).toMatchObject({ priority: 1000, preemptionPolicy: 'PreemptLowerPriority' });
  await api.send('DELETE', `${priorityClasses}/high`);
  expect((await createPod('after', { priorityClassName: 'high' })).json).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: 'pods "after" is forbidden: no PriorityClass with name high was found',
  });
});

test('what may be changed of a class can be patched and updated, and nothing else', async () => {
  await create(priorityClasses, 'kept', { value: 7 });
  const path = `${priorityClasses}/kept`;
  const patch = (body: object) =>
    api.send('PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } });
  expect((await patch({ description: 'patched' })).json).toMatchObject({ description: 'patched', value: 7 });
  const updated = { metadata: { name: 'kept' }, value: 7, description: 'updated' };
  expect((await api.send('PUT', path, { body: updated })).json.description).toBe('updated');
  const refusal = {
    code: 422,
    message:
      'PriorityClass.scheduling.k8s.io "kept" is invalid: Value: Forbidden: may not be changed in an update.',
  };
  expect((await patch({ value: 8 })).json).toMatchObject(refusal);
  expect((await api.send('PUT', path, { body: { ...updated, value: 8 } })).json).toMatchObject(refusal);
});

test('one class is the default, whichever way a second one is marked', async () => {
  await create(priorityClasses, 'first', { value: 10, globalDefault: true });
  expect((await createPod('classless')).json.spec).toMatchObject({
    priorityClassName: 'first',
    priority: 10,
  });
  const refused = (name: string) => ({
    code: 403,
    message: `priorityclasses.scheduling.k8s.io "${name}" is forbidden: PriorityClass first is already marked as default. Only one default can exist`,
  });
  const created = await create(priorityClasses, 'second', { value: 20, globalDefault: true });
  expect(created.json).toMatchObject(refused('second'));
  await create(priorityClasses, 'third', { value: 30 });
  const patch = (name: string, body: object) =>
    api.send('PATCH', `${priorityClasses}/${name}`, {
      body,
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  expect((await patch('third', { globalDefault: true })).json).toMatchObject(refused('third'));
  expect((await patch('first', { globalDefault: true, description: 'd' })).status).toBe(200);
});

test('a RuntimeClass gives pods their overhead, and is refused once it is deleted', async () => {
  const overhead = { podFixed: { memory: '16Mi' } };
  await create(runtimeClasses, 'light', { handler: 'light', overhead });
  const pod = await createPod('light', { runtimeClassName: 'light' });
  expect([pod.status, pod.json.spec.overhead]).toEqual([201, { memory: '16Mi' }]);
  await api.send('DELETE', `${runtimeClasses}/light`);
  expect((await createPod('too-late', { runtimeClassName: 'light' })).json).toMatchObject({
    code: 403,
    message: 'pods "too-late" is forbidden: pod rejected: RuntimeClass "light" not found',
  });
});
