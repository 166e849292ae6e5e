import { kubernetesSchema, type Pod, type PodStatus } from '@berth/kinds';
import { applyPatchBody } from '@berth/machinery';
import { expect, test } from 'vitest';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { StatusWriter } from './status-writer.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u' },
  status: {
    phase: 'Running',
    hostIP: '10.0.0.1',
    hostIPs: [{ ip: '10.0.0.1' }],
    podIP: '10.64.0.4',
    podIPs: [{ ip: '10.64.0.4' }],
    conditions: [{ type: 'Ready', status: 'True' }],
  },
};

const mediaType = 'application/strategic-merge-patch+json';

/** What the API makes of the patches that it is sent. Each waits for its turn for as long as the test says. */
function apiWith(turn: () => Promise<void> = async () => {}) {
  const held = { pod, patches: 0 };
  const patchLatest: ApiClient['patchLatest'] = async <T>(
    _path: string,
    contentType: string,
    makeBody: () => object | undefined,
  ): Promise<T | undefined> => {
    await turn();
    const body = makeBody();
    if (body === undefined) return undefined;
    expect(contentType).toBe(mediaType);
    const { object } = applyPatchBody({
      schema: kubernetesSchema,
      message: 'k8s.io.api.core.v1.Pod',
      kind: 'Pod',
      apiVersion: 'v1',
      fieldValidation: 'Strict',
      mediaType,
      body: JSON.stringify(body),
      live: held.pod,
    });
    held.patches++;
    held.pod = object;
    return object as T;
  };
  // The writer uses this one method.
  return { held, writer: new StatusWriter({ patchLatest } as unknown as ApiClient, 'default', pod) };
}

async function statusAfter(statuses: readonly PodStatus[]) {
  const { held, writer } = apiWith();
  for (const status of statuses) await writer.write(() => ({ status, pod: held.pod }));
  return held.pod.status;
}

test('an address that changed over a restart replaces the one before', async () => {
  const moved = { ...pod.status, podIP: '10.64.0.9', podIPs: [{ ip: '10.64.0.9' }] };
  expect(await statusAfter([moved])).toMatchObject({ podIP: '10.64.0.9', podIPs: [{ ip: '10.64.0.9' }] });
  const again = { ...moved, podIP: '10.64.0.7', podIPs: [{ ip: '10.64.0.7' }] };
  expect((await statusAfter([moved, again]))?.podIPs).toEqual([{ ip: '10.64.0.7' }]);
});

test('conditions of others stay', async () => {
  const conditions = [{ type: 'PodScheduled', status: 'True' }];
  const after = await statusAfter([{ ...pod.status, conditions }]);
  expect(after?.conditions?.map(({ type }) => type).toSorted()).toEqual(['PodScheduled', 'Ready']);
});

test('what happens while a report waits for its turn needs none of its own', async () => {
  let goOn = (): void => {};
  const { held, writer } = apiWith(() => new Promise((resolve) => (goOn = resolve)));
  let status: PodStatus = { ...pod.status, phase: 'Pending' };
  const writing = writer.write(() => ({ status, pod: held.pod }));
  status = { ...pod.status, phase: 'Succeeded' };
  goOn();
  expect(await writing).toBe('written');
  expect(held).toMatchObject({ patches: 1, pod: { status: { phase: 'Succeeded' } } });
  expect(await writer.write(() => ({ status, pod: held.pod }))).toBe('unchanged');
});

test('a report that is not needed any more when its turn comes is not sent', async () => {
  let goOn = (): void => {};
  const { held, writer } = apiWith(() => new Promise((resolve) => (goOn = resolve)));
  let status: PodStatus = { ...pod.status, phase: 'Pending' };
  const writing = writer.write(() => ({ status, pod: held.pod }));
  status = pod.status ?? {};
  goOn();
  expect(await writing).toBe('unchanged');
  expect(held.patches).toBe(0);
});

test('a report that fails is sent again as things are then', async () => {
  let isDown = true;
  const { held, writer } = apiWith(async () => {
    if (isDown) throw new ApiError(503, 'down');
  });
  const report = (phase: 'Pending' | 'Failed') => ({ status: { ...pod.status, phase }, pod: held.pod });
  await expect(writer.write(() => report('Pending'))).rejects.toThrow('down');
  isDown = false;
  expect(await writer.write(() => report('Failed'))).toBe('written');
  expect(held.pod.status?.phase).toBe('Failed');
});
