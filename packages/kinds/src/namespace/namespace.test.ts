import { formatFieldError, type KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { beforeDelete } from '../lifecycle/before-delete.ts';
import { beforeUpdate, beforeUpdateStatus, beforeUpdateSubresource } from '../lifecycle/before-update.ts';
import { context, now } from '../lifecycle/lifecycle-fixture.ts';
import { cellsOf, objectOf } from '../registry/kind-fixture.ts';
import { namespace } from './namespace.ts';

const created = beforeCreate(namespace, objectOf(namespace, { status: { phase: 'Odd' } }), context).object;
const remove = (current: KubeObject) => beforeDelete(namespace, current, { options: {}, now });
const terminating = remove(created).object;
const finalize = (current: KubeObject, finalizers: string[]) =>
  beforeUpdateSubresource(namespace, 'finalize', { current, desired: { ...current, spec: { finalizers } } });

describe('Namespace', () => {
  test('is Active, held by its finalizer and labelled by its name', () => {
    expect([created.spec, created.status, created.metadata.labels]).toEqual([
      { finalizers: ['kubernetes'] },
      { phase: 'Active' },
      { 'kubernetes.io/metadata.name': 'a' },
    ]);
  });

  test('keeps the label whatever an update says', () => {
    const desired = { ...created, metadata: { ...created.metadata, labels: { x: 'y' } } };
    expect(beforeUpdate(namespace, created, desired).object.metadata.labels).toEqual({
      x: 'y',
      'kubernetes.io/metadata.name': 'a',
    });
  });

  test('is named by a DNS label', () => {
    expect(() =>
      beforeCreate(namespace, objectOf(namespace, { metadata: { name: 'a.b' } }), context),
    ).toThrow('Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots');
  });

  test('begins to terminate when it is deleted, without grace', () => {
    expect(remove(created).effect).toBe('write');
    expect(terminating.status).toEqual({ phase: 'Terminating' });
    expect(terminating.metadata.deletionTimestamp).toBe('2026-05-01T12:00:00Z');
    expect(terminating.metadata).not.toHaveProperty('deletionGracePeriodSeconds');
    expect(remove(terminating)).toEqual({ effect: 'unchanged', object: terminating });
  });

  test('goes when its finalizer is taken, and not before', () => {
    expect(finalize(terminating, ['kubernetes', 'a.b/c']).effect).toBe('write');
    expect(finalize(terminating, []).effect).toBe('remove');
    const held = { ...terminating, metadata: { ...terminating.metadata, finalizers: ['a.b/c'] } };
    const finalized = finalize(held, []);
    expect(finalized.effect).toBe('write');
    const { finalizers: _finalizers, ...metadata } = finalized.object.metadata;
    expect(beforeUpdate(namespace, finalized.object, { ...finalized.object, metadata }).effect).toBe(
      'remove',
    );
  });

  test('keeps its finalizers and status in updates of the main resource', () => {
    const desired = { ...created, spec: { finalizers: [] }, status: { phase: 'Terminating' } };
    expect(beforeUpdate(namespace, created, desired)).toEqual({ effect: 'unchanged', object: created });
  });

  test.each([
    [created, 'Terminating', "may only be 'Active' if `deletionTimestamp` is empty"],
    [terminating, 'Active', "may only be 'Terminating' if `deletionTimestamp` is not empty"],
  ])('%# has a phase that agrees with its deletion', (current, phase, detail) => {
    expect(() => beforeUpdateStatus(namespace, current, { ...current, status: { phase } })).toThrow(
      `Namespace "a" is invalid: status.Phase: Invalid value: "${phase}": ${detail}`,
    );
  });

  test('takes conditions through its status', () => {
    const status = { phase: 'Terminating', conditions: [{ type: 'X', status: 'True' }] };
    expect(beforeUpdateStatus(namespace, terminating, { ...terminating, spec: {}, status }).object).toEqual({
      ...terminating,
      status,
    });
  });

  test('has finalizers that are known or fully qualified', () => {
    const errors = namespace.strategy.validateCreate(
      objectOf(namespace, { spec: { finalizers: ['kubernetes', 'a.b/c', 'odd'] } }),
    );
    expect(errors.map(formatFieldError)).toEqual([
      'spec.finalizers: Invalid value: "odd": name is neither a standard finalizer name nor is it fully qualified',
    ]);
  });

  test.each(['default', 'kube-system', 'kube-public'])('%s may not be deleted', (name) => {
    expect(() => remove(objectOf(namespace, { metadata: { name } }))).toThrow(
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    );
  });

  test('shows its phase and can be selected by it', () => {
    expect(cellsOf(namespace, terminating, now)).toEqual({ Name: 'a', Status: 'Terminating', Age: '0s' });
    expect(namespace.selectableFields['status.phase']?.(created)).toBe('Active');
  });
});
