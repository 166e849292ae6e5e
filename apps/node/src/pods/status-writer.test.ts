import { kubernetesSchema, type Pod, type PodStatus } from '@berth/kinds';
import { applyPatchBody } from '@berth/machinery';
import { expect, test } from 'vitest';
import type { ApiClient, ApiRequest } from '../api/api-client.ts';
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

/** What the API makes of the patches that it is sent. */
function statusAfter(statuses: readonly PodStatus[]) {
  let live = pod;
  const patch = async <T>(_path: string, { body, contentType }: ApiRequest): Promise<T> => {
    expect(contentType).toBe('application/strategic-merge-patch+json');
    const { object } = applyPatchBody({
      schema: kubernetesSchema,
      message: 'k8s.io.api.core.v1.Pod',
      kind: 'Pod',
      apiVersion: 'v1',
      fieldValidation: 'Strict',
      mediaType: 'application/strategic-merge-patch+json',
      body: JSON.stringify(body),
      live,
    });
    live = object;
    return object as T;
  };
  // The writer uses this one method.
  const writer = new StatusWriter({ patch } as unknown as ApiClient, 'default', pod);
  return statuses
    .reduce(async (before, status) => {
      await before;
      await writer.write(status, live);
    }, Promise.resolve())
    .then(() => live.status);
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
