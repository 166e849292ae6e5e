import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { beforeCreate } from './before-create.ts';
import {
  beforeUpdate,
  beforeUpdateStatus,
  beforeUpdateSubresource,
  checkUpdatePreconditions,
} from './before-update.ts';
import { boat, context, storedBoat } from './lifecycle-fixture.ts';
import { writeAttributes } from './write-attributes.ts';

function failure(code: string, message: string): object {
  return expect.objectContaining({ code, message });
}

describe('create', () => {
  const asked: KubeObject = {
    apiVersion: 'harbour.example/v1',
    kind: 'Boat',
    metadata: { name: 'tug', namespace: 'dock' },
    spec: { crew: 3 },
    status: { afloat: true },
  };

  test('sets what the system owns and drops what the user may not set', () => {
    const metadata = {
      ...asked.metadata,
      uid: 'mine',
      generation: 9,
      creationTimestamp: '2000-01-01T00:00:00Z',
      deletionTimestamp: '2000-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 5,
      selfLink: '/x',
    };
    expect(beforeCreate(boat, { ...asked, metadata }, context)).toEqual({
      effect: 'write',
      object: {
        ...asked,
        status: undefined,
        metadata: {
          name: 'tug',
          namespace: 'dock',
          uid: 'uid-1',
          generation: 1,
          creationTimestamp: '2026-05-01T12:00:00Z',
        },
      },
    });
  });

  test('has no generation for kinds that count none', () => {
    const { object } = beforeCreate({ ...boat, hasGeneration: false }, asked, context);
    expect(object.metadata).not.toHaveProperty('generation');
  });

  test('names the object by generateName only where it has no name', () => {
    const named = beforeCreate(
      boat,
      { ...asked, metadata: { ...asked.metadata, generateName: 'x-' } },
      context,
    );
    expect(named.object.metadata.name).toBe('tug');
    const unnamed = { name: '', namespace: 'dock', generateName: 'tug-' };
    expect(beforeCreate(boat, { ...asked, metadata: unnamed }, context).object.metadata.name).toBe(
      'tug-x7k2p',
    );
  });

  test('defaults see the name that was generated', () => {
    const applyDefaults = (object: KubeObject) => ({ ...object, spec: { of: object.metadata.name } });
    const kind = { ...boat, strategy: { ...boat.strategy, applyDefaults } };
    const metadata = { name: '', namespace: 'dock', generateName: 'tug-' };
    expect(beforeCreate(kind, { ...asked, metadata }, context).object.spec).toEqual({ of: 'tug-x7k2p' });
  });

  test.each<readonly [Partial<KubeObject['metadata']>, string, string]>([
    [
      { name: '' },
      'Invalid',
      'Boat.harbour.example "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      { namespace: '' },
      'Invalid',
      'Boat.harbour.example "tug" is invalid: metadata.namespace: Required value',
    ],
    [{ resourceVersion: '3' }, 'BadRequest', 'resourceVersion should not be set on objects to be created'],
  ])('refuses %j', (metadata, code, message) => {
    const object = { ...asked, metadata: { ...asked.metadata, ...metadata } };
    expect(() => beforeCreate(boat, object, context)).toThrow(failure(code, message));
  });
});

describe('update', () => {
  const current = storedBoat();

  test('without a change commits nothing', () => {
    expect(beforeUpdate(boat, current, structuredClone(current))).toEqual({
      effect: 'unchanged',
      object: current,
    });
  });

  test('that changes only the times of managed fields commits nothing', () => {
    const managed = (time: string) =>
      storedBoat({ managedFields: [{ manager: 'a', operation: 'Update', time }] });
    const [before, after] = [managed('2026-05-01T11:00:00Z'), managed('2026-05-01T12:00:00Z')];
    expect(beforeUpdate(boat, before, after)).toEqual({ effect: 'unchanged', object: before });
  });

  test('counts a change of spec in generation, and no other', () => {
    const spec = beforeUpdate(boat, current, { ...current, spec: { crew: 4 } });
    expect([spec.effect, spec.object.metadata.generation, spec.object.spec]).toEqual([
      'write',
      2,
      { crew: 4 },
    ]);
    const labels = beforeUpdate(boat, current, storedBoat({ labels: { a: 'b' } }));
    expect([labels.effect, labels.object.metadata.generation]).toEqual(['write', 1]);
  });

  test('of the main resource keeps the status', () => {
    const update = beforeUpdate(boat, current, { ...current, status: { afloat: false } });
    expect(update).toEqual({ effect: 'unchanged', object: current });
  });

  test('of the status keeps the spec and the generation', () => {
    const desired = { ...current, spec: { crew: 9 }, status: { afloat: false } };
    const update = beforeUpdateStatus(boat, current, desired);
    expect(update).toEqual({ effect: 'write', object: { ...current, status: { afloat: false } } });
  });

  test('carries over what the client left out or may not change', () => {
    const sparse: KubeObject = {
      apiVersion: 'harbour.example/v1',
      kind: 'Boat',
      metadata: { name: 'tug', namespace: 'dock', generation: 70, creationTimestamp: '2000-01-01T00:00:00Z' },
      spec: { crew: 3 },
    };
    expect(beforeUpdate(boat, current, sparse)).toEqual({ effect: 'unchanged', object: current });
  });

  test.each<readonly [Partial<KubeObject['metadata']>, string]>([
    [{ name: 'other' }, 'metadata.name: Invalid value: "other": field is immutable'],
    [{ uid: 'other' }, 'metadata.uid: Invalid value: "other": field is immutable'],
    [
      { deletionTimestamp: '2026-05-01T12:00:00Z' },
      'metadata.deletionTimestamp: Invalid value: "2026-05-01T12:00:00Z": field is immutable',
    ],
  ])('refuses %j', (metadata, message) => {
    expect(() => beforeUpdate(boat, current, storedBoat(metadata))).toThrow(
      failure('Invalid', `Boat.harbour.example "tug" is invalid: ${message}`),
    );
  });

  test('works on an object that was never stored', () => {
    const created = beforeCreate(
      boat,
      { ...storedBoat(), metadata: { name: 'tug', namespace: 'dock' } },
      context,
    );
    const update = beforeUpdate(boat, created.object, { ...created.object, spec: { crew: 4 } });
    expect([update.effect, update.object.metadata.generation]).toEqual(['write', 2]);
  });
});

describe('update of a terminating object', () => {
  const deletionTimestamp = '2026-05-01T11:59:00Z';
  const held = storedBoat({
    deletionTimestamp,
    deletionGracePeriodSeconds: 0,
    finalizers: ['a.b/c', 'x.y/z'],
  });
  const without = (finalizers: string[], grace = 0) =>
    storedBoat({ deletionTimestamp, deletionGracePeriodSeconds: grace, finalizers });

  test('that takes one of its finalizers leaves it terminating', () => {
    expect(beforeUpdate(boat, held, without(['x.y/z'])).effect).toBe('write');
  });

  test('that takes its last finalizer removes it', () => {
    expect(beforeUpdate(boat, held, without([]))).toEqual({ effect: 'remove', object: without([]) });
  });

  test('that takes its last finalizer waits for its grace', () => {
    const graceful = { ...held, metadata: { ...held.metadata, deletionGracePeriodSeconds: 30 } };
    expect(beforeUpdate(boat, graceful, without([], 30)).effect).toBe('write');
  });

  test('cannot add a finalizer', () => {
    expect(() => beforeUpdate(boat, held, without(['a.b/c', 'x.y/z', 'n.e/w']))).toThrow(
      failure(
        'Invalid',
        'Boat.harbour.example "tug" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"n.e/w"}',
      ),
    );
  });

  test('cannot bring it back', () => {
    const revived = storedBoat({ finalizers: held.metadata.finalizers ?? [] });
    expect(beforeUpdate(boat, held, revived)).toEqual({ effect: 'unchanged', object: held });
  });
});

describe('preconditions of an update', () => {
  const current = storedBoat();
  const strict = { ...boat, requiresResourceVersion: true };

  test.each([
    [boat, {}],
    [boat, { resourceVersion: '' }],
    [boat, { resourceVersion: '7', uid: 'uid-1' }],
    [strict, { resourceVersion: '7' }],
  ])('%# hold', (kind, metadata) => {
    const desired = { ...current, metadata: { name: 'tug', ...metadata } };
    expect(() => checkUpdatePreconditions(kind, current, desired)).not.toThrow();
  });

  test.each([
    [
      boat,
      { resourceVersion: '6' },
      'Conflict',
      'Operation cannot be fulfilled on boats.harbour.example "tug": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      boat,
      { uid: 'uid-0', resourceVersion: '6' },
      'Conflict',
      'Operation cannot be fulfilled on boats.harbour.example "tug": Precondition failed: UID in precondition: uid-0, UID in object meta: uid-1',
    ],
    [
      strict,
      {},
      'Invalid',
      'boats.harbour.example "tug" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ],
  ])('%# do not hold', (...[kind, metadata, code, message]) => {
    const desired = { ...current, metadata: { name: 'tug', ...metadata } };
    expect(() => checkUpdatePreconditions(kind, current, desired)).toThrow(failure(code, message));
  });
});

test('a subresource that the kind does not have is a defect of the caller', () => {
  const current = storedBoat();
  expect(() => beforeUpdateSubresource(boat, 'finalize', { current, desired: current })).toThrow(
    'Boat has no subresource finalize that can be updated',
  );
});

test('the store hears of the namespace, the node and whether the object terminates', () => {
  const kind = { ...boat, assignedNode: () => 'node-1' };
  expect(writeAttributes(kind, storedBoat({ deletionTimestamp: '2026-05-01T12:00:00Z' }))).toEqual({
    resource: 'boats.harbour.example',
    namespace: 'dock',
    name: 'tug',
    uid: 'uid-1',
    terminating: true,
    node: 'node-1',
    within: { resource: 'namespaces', namespace: '', name: 'dock' },
  });
  const clusterScoped = { ...boat, scope: 'Cluster' as const };
  expect(writeAttributes(clusterScoped, storedBoat({ namespace: '' }))).toEqual({
    resource: 'boats.harbour.example',
    namespace: '',
    name: 'tug',
    uid: 'uid-1',
    terminating: false,
  });
});
