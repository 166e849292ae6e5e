import { describe, expect, test } from 'vitest';
import { formatFieldError } from '../field-errors/field-error.ts';
import { nameIsDnsSubdomain } from '../names/object-names.ts';
import type { ObjectMeta } from '../object.ts';
import {
  validateFieldManager,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from './validate-object-meta.ts';

const rules = { namespaced: true, nameRule: nameIsDnsSubdomain };
const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'a', uid: '1' };

function createErrors(metadata: Partial<ObjectMeta>): string[] {
  return validateObjectMeta({ name: 'a', namespace: 'n', ...metadata }, rules).map(formatFieldError);
}

describe('metadata of new objects', () => {
  test.each<readonly [Partial<ObjectMeta>, readonly string[]]>([
    [{}, []],
    [{ name: '' }, ['metadata.name: Required value: name or generateName is required']],
    [{ namespace: '' }, ['metadata.namespace: Required value']],
    [{ namespace: 'a.b' }, ['metadata.namespace: Invalid value: "a.b": must not contain dots']],
    [{ generation: -1 }, ['metadata.generation: Invalid value: -1: must be greater than or equal to 0']],
    [{ labels: { a: 'b', 'x.y/z': '' } }, []],
    [{ labels: { '/a': 'b' } }, ['metadata.labels: Invalid value: "/a": prefix part must be non-empty']],
    [{ annotations: { 'UPPER.io/Name': 'any\nthing' } }, []],
    [
      { annotations: { a: 'x'.repeat(256 * 1024) } },
      ['metadata.annotations: Too long: may not be more than 262144 bytes'],
    ],
    [{ ownerReferences: [{ ...owner, controller: true }] }, []],
    [
      { ownerReferences: [{ ...owner, apiVersion: '', kind: '', name: '', uid: '' }] },
      [
        'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
        'metadata.ownerReferences.name: Invalid value: "": must not be empty',
        'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      ],
    ],
    [
      { ownerReferences: [{ ...owner, apiVersion: 'v1', kind: 'Event' }] },
      [
        'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"a","uid":"1"}: /v1, Kind=Event is disallowed from being an owner',
      ],
    ],
    [
      {
        ownerReferences: [
          { ...owner, controller: true },
          { ...owner, name: 'b', controller: true },
        ],
      },
      [
        'metadata.ownerReferences: Invalid value: [{"apiVersion":"batch/v1","kind":"Job","name":"a","uid":"1","controller":true},{"apiVersion":"batch/v1","kind":"Job","name":"b","uid":"1","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for Job/a and Job/b',
      ],
    ],
    [
      { finalizers: ['orphan', 'foregroundDeletion'] },
      [
        'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      { managedFields: [{ manager: 'x', fieldsType: 'FieldsV2' as 'FieldsV1' }] },
      [
        'metadata.managedFields[0].operation: Invalid value: "": must be `Apply` or `Update`',
        'metadata.managedFields[0].fieldsType: Invalid value: "FieldsV2": must be `FieldsV1`',
      ],
    ],
  ])('%j', (metadata, errors) => {
    expect(createErrors(metadata)).toEqual(errors);
  });

  test('a cluster-scoped object has no namespace', () => {
    const errors = validateObjectMeta({ name: 'a', namespace: 'n' }, { ...rules, namespaced: false });
    expect(errors.map(formatFieldError)).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
  });
});

describe('metadata of updated objects', () => {
  const current: ObjectMeta = {
    name: 'a',
    namespace: 'n',
    uid: '1',
    resourceVersion: '5',
    generation: 3,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };

  test.each<readonly [Partial<ObjectMeta>, readonly string[]]>([
    [{}, []],
    [
      { name: 'b', uid: '2' },
      [
        'metadata.name: Invalid value: "b": field is immutable',
        'metadata.uid: Invalid value: "2": field is immutable',
      ],
    ],
    [
      { deletionTimestamp: '2026-01-01T00:00:00Z' },
      ['metadata.deletionTimestamp: Invalid value: "2026-01-01T00:00:00Z": field is immutable'],
    ],
    [
      { resourceVersion: '' },
      ['metadata.resourceVersion: Invalid value: "": must be specified for an update'],
    ],
    [{ generation: 2 }, ['metadata.generation: Invalid value: 2: must not be decremented']],
    [{ finalizers: ['example.com/new'] }, []],
  ])('%j', (changes, errors) => {
    const found = validateObjectMetaUpdate({ ...current, ...changes }, current);
    expect(found.map(formatFieldError)).toEqual(errors);
  });

  test('a terminating object gets no new finalizers', () => {
    const terminating = { ...current, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.b/c'] };
    const errors = validateObjectMetaUpdate({ ...terminating, finalizers: ['a.b/c', 'x.y/z'] }, terminating);
    expect(errors.map(formatFieldError)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.y/z"}',
    ]);
  });
});

test('field managers are short and printable', () => {
  expect(validateFieldManager('kubectl-client-side-apply')).toEqual([]);
  expect(validateFieldManager('é\u0001').map(formatFieldError)).toEqual([
    'fieldManager: Invalid value: "é\\x01": invalid character U+0001 (at position 2)',
  ]);
  expect(validateFieldManager('x'.repeat(129)).map(formatFieldError)).toEqual([
    'fieldManager: Too long: may not be more than 128 bytes',
  ]);
});
