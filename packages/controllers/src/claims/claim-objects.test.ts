import { builtinRegistry } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { mostPodsAtOnce } from '../pods/most-pods-at-once.ts';
import { selectedPods } from '../pods/selected-pods.ts';
import { requirementsOf } from '../selection/requirements-of.ts';
import { MemoryBase } from '../testing/memory-base.ts';
import { keyOf } from '../turn/base-view.ts';
import { Overlay } from '../turn/overlay.ts';
import { claimObjects } from './claim-objects.ts';
import { ownerKeysOfDependent, ownerKind } from './owner-kind.ts';

const claimant: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'default', uid: 'web-uid' },
};
const requirements = requirementsOf({ matchLabels: { app: 'web' } });
const owner = ownerKind<KubeObject>({
  resource: 'replicasets.apps',
  group: 'apps',
  kind: 'ReplicaSet',
  selectorOf: () => requirements,
});
const reference = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'web',
  uid: 'web-uid',
  controller: true,
  blockOwnerDeletion: true,
};
const going = { deletionTimestamp: '2026-03-01T10:00:00Z' };

function podOf(metadata: Partial<KubeObject['metadata']>): KubeObject {
  const labels = { app: 'web' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'default', uid: `uid-${metadata.name ?? 'a'}`, labels, ...metadata },
  };
}

function viewOf(...objects: readonly KubeObject[]): Overlay {
  const base = new MemoryBase();
  for (const object of objects) {
    base.put(keyOf(object.kind === 'Pod' ? 'pods' : owner.resource, object), object);
  }
  return new Overlay({ base, nodes: [], registry: builtinRegistry });
}

function claim(pod: KubeObject, by: KubeObject = claimant) {
  const { claimed, actions } = claimObjects(by, { owner, resource: 'pods', view: viewOf(pod, by) });
  const updated = actions.map((action) => action.type === 'update' && action.object.metadata.ownerReferences);
  return { claimed: claimed.length, updated };
}

describe('an owner', () => {
  const nothing = { claimed: 0, updated: [] };
  const foreign = { ...reference, uid: 'other', name: 'other' };
  test.each<[string, KubeObject, { claimed: number; updated: unknown[] }]>([
    ['adopts what it selects', podOf({}), { claimed: 0, updated: [[reference]] }],
    [
      'keeps other owners of what it adopts',
      podOf({ ownerReferences: [{ ...foreign, controller: false }] }),
      { claimed: 0, updated: [[{ ...foreign, controller: false }, reference]] },
    ],
    [
      'becomes the controller of what it owned without controlling it',
      podOf({ ownerReferences: [{ ...reference, controller: false }] }),
      { claimed: 0, updated: [[reference]] },
    ],
    ['leaves what it does not select', podOf({ labels: { app: 'db' } }), nothing],
    ['leaves what another controls', podOf({ ownerReferences: [foreign] }), nothing],
    ['leaves what is being deleted', podOf(going), nothing],
    ['leaves what is in another namespace', podOf({ namespace: 'other' }), nothing],
    [
      'has what it controls and selects',
      podOf({ ownerReferences: [reference] }),
      { claimed: 1, updated: [] },
    ],
    [
      'releases what it selects no more',
      podOf({ labels: {}, ownerReferences: [reference] }),
      { claimed: 0, updated: [undefined] },
    ],
    [
      'releases what is being deleted, too',
      podOf({ ...going, labels: {}, ownerReferences: [reference] }),
      { claimed: 0, updated: [undefined] },
    ],
  ])('%s', (_name, pod, expected) => {
    expect(claim(pod)).toEqual(expected);
  });

  test('that is being deleted neither adopts nor releases', () => {
    const deleted = { ...claimant, metadata: { ...claimant.metadata, ...going } };
    expect(claim(podOf({}), deleted)).toEqual({ claimed: 0, updated: [] });
    expect(claim(podOf({ labels: {}, ownerReferences: [reference] }), deleted)).toEqual({
      claimed: 1,
      updated: [],
    });
  });

  test('adopts no more at once than a turn can end between', () => {
    const pods = Array.from({ length: mostPodsAtOnce + 1 }, (_, number) => podOf({ name: `pod-${number}` }));
    const { actions } = claimObjects(claimant, { owner, resource: 'pods', view: viewOf(claimant, ...pods) });
    expect(actions).toHaveLength(mostPodsAtOnce);
  });
});

test('a change of a pod is about who controlled it, who does, and who would', () => {
  const view = viewOf(claimant, {
    ...claimant,
    metadata: { ...claimant.metadata, name: 'second', uid: 'second' },
  });
  const woken = (before: KubeObject | undefined, after: KubeObject | undefined) =>
    ownerKeysOfDependent({ resource: 'pods', before, after }, view, owner).map(({ name }) => name);
  const owned = podOf({ ownerReferences: [reference] });
  expect(woken(undefined, owned)).toEqual(['web']);
  expect(woken(owned, podOf({ labels: {} }))).toEqual(['web']);
  expect(woken(undefined, podOf({}))).toEqual(['web', 'second']);
  expect(woken(undefined, podOf(going))).toEqual([]);
  expect(woken(owned, undefined)).toEqual(['web']);
  // The reference means a former object of that name, or another kind.
  expect(woken(undefined, podOf({ ownerReferences: [{ ...reference, uid: 'former' }] }))).toEqual([]);
  expect(woken(undefined, podOf({ ownerReferences: [{ ...reference, apiVersion: 'v1' }] }))).toEqual([]);
});

test('pods that a selector chooses are found in their namespace alone', () => {
  const view = viewOf(podOf({}), podOf({ name: 'b', labels: {} }), podOf({ namespace: 'other' }));
  expect(selectedPods(view, 'default', requirements).map(({ metadata }) => metadata.name)).toEqual(['a']);
});
