import { expect } from 'vitest';
import { change, isActive, isRunning, until, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson, Target } from './kube.ts';
import type { Trial } from './promise.ts';

export const of = ({ namespace }: Trial, resource: string, name?: string): Target => ({
  resource,
  namespace,
  ...(name !== undefined && { name }),
});
export const selected = (trial: Trial, labels: Readonly<Record<string, string>>): Target => ({
  ...of(trial, 'pods'),
  query: {
    labelSelector: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  },
});

export const isOwnedBy = (object: KubeJson, uid: string): boolean =>
  object.metadata.ownerReferences?.some((owner: KubeJson) => owner.uid === uid && owner.controller) === true;

export function untilRunning(
  trial: Trial,
  labels: Readonly<Record<string, string>>,
  count: number,
): Promise<readonly KubeJson[]> {
  return untilList(
    trial.kube,
    selected(trial, labels),
    (pods) => pods.filter(isActive).length === count && pods.filter(isActive).every(isRunning),
  );
}

export const hasCondition = (object: KubeJson, type: string): KubeJson =>
  object.status?.conditions?.find(
    (condition: KubeJson) => condition.type === type && condition.status === 'True',
  );

/** Read, replaced and patched; and the object itself follows. */
export async function scales(trial: Trial, resource: string, name: string): Promise<void> {
  const { kube } = trial;
  const scale = { ...of(trial, resource, name), subresource: 'scale' };
  const { kind, apiVersion, spec, status } = await kube.get(scale);
  expect({ kind, apiVersion, spec }).toEqual({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
  });
  expect(status.selector).not.toBe('');
  const updated = await change(kube, scale, (object) => {
    object.spec.replicas = 2;
  });
  expect(updated.spec.replicas).toBe(2);
  await until(
    kube,
    of(trial, resource, name),
    (object) => object.spec.replicas === 2 && object.status.replicas === 2,
  );
  await kube.patch(scale, { spec: { replicas: 4 } });
  expect((await kube.get(of(trial, resource, name))).spec.replicas).toBe(4);
  await until(kube, scale, (object) => object.status.replicas === 4);
}

/** Conditions that a client puts into a status, by update and by patch, are there for whoever reads and watches. */
export async function takesConditions({ kube }: Trial, target: Target): Promise<void> {
  const status = { ...target, subresource: 'status' };
  const { name = '', ...collection } = target;
  const query = { fieldSelector: `metadata.name=${name}` };
  const updated = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
  const patched = { type: 'StatusPatched', status: 'True' };
  const events = await watchFromNow(kube, { ...collection, query });
  const shows = (type: string): Promise<unknown> =>
    events.until(type, ({ object }) => object.status?.conditions?.some((one: KubeJson) => one.type === type));
  try {
    await change(kube, status, (object) => {
      object.status.conditions = [...(object.status.conditions ?? []), updated];
    });
    await shows('StatusUpdate');
    const answer = await kube.patch(status, { status: { conditions: [patched] } });
    expect(answer.status.conditions).toContainEqual(expect.objectContaining(patched));
    await shows('StatusPatched');
  } finally {
    events.end();
  }
}
