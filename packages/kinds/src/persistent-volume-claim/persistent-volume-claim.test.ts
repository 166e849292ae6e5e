import { expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { requireUpdateAdmitted } from '../lifecycle/admission.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { localStorageClass } from '../storage-class/local-class.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';

const storage = (amount: string) => ({ resources: { requests: { storage: amount } } });
const valid = { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem', ...storage('1Gi') };
const bound = { phase: 'Bound', capacity: { storage: '1Gi' } };

test.each<readonly [Record<string, unknown>, string[]]>([
  [valid, []],
  [
    { volumeMode: 'Filesystem' },
    [
      'spec.accessModes: Required value: at least 1 access mode is required',
      'spec.resources[storage]: Required value',
    ],
  ],
  [{ ...valid, ...storage('0') }, ['spec.resources[storage]: Invalid value: "0": must be greater than zero']],
  [
    { ...valid, dataSource: { kind: 'Snapshot', name: 's' } },
    [
      'spec.dataSource: Invalid value: "Snapshot": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
    ],
  ],
])('a claim with %j is checked', (spec, errors) => {
  expect(createErrors(persistentVolumeClaim, { spec })).toEqual(errors);
});

const immutable =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

test.each<readonly [string, object, object, string[]]>([
  ['its volume, once', { spec: valid }, { ...valid, volumeName: 'v' }, []],
  ['its volume again', { spec: { ...valid, volumeName: 'v' } }, { ...valid, volumeName: 'w' }, [immutable]],
  ['the class that it did not have', { spec: valid }, { ...valid, storageClassName: 'fast' }, []],
  [
    'its class',
    { spec: { ...valid, storageClassName: '' } },
    { ...valid, storageClassName: 'fast' },
    [immutable],
  ],
  ['its access modes', { spec: valid }, { ...valid, accessModes: ['ReadWriteMany'] }, [immutable]],
  ['its size while it waits', { spec: valid }, { ...valid, ...storage('2Gi') }, [immutable]],
  ['its size when it is bound', { spec: valid, status: bound }, { ...valid, ...storage('2Gi') }, []],
  [
    'its size to less than it has',
    { spec: { ...valid, ...storage('3Gi') }, status: bound },
    { ...valid, ...storage('1Gi') },
    ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
  ],
  [
    'its size to less than it was to become',
    { spec: { ...valid, ...storage('3Gi') }, status: bound },
    { ...valid, ...storage('2Gi') },
    [],
  ],
  [
    'its mode',
    { spec: valid },
    { ...valid, volumeMode: 'Block' },
    [immutable, 'volumeMode: Invalid value: "Block": field is immutable'],
  ],
])('an update changes %s', (...[, current, spec, errors]) => {
  const status = 'status' in current ? { status: current.status } : {};
  const found = updateErrors(persistentVolumeClaim, { ...current }, { spec, ...status });
  expect(found.map((error) => error.split('\n')[0])).toEqual(errors);
});

test('the annotation that named the class stays, or moves to the field', () => {
  const annotated = (annotations: Record<string, string>, spec: object) => ({
    metadata: { name: 'a', namespace: 'default', annotations },
    spec,
  });
  const name = 'volume.beta.kubernetes.io/storage-class';
  const old = annotated({ [name]: 'x' }, valid);
  expect(updateErrors(persistentVolumeClaim, old, annotated({ [name]: 'y' }, valid))).toEqual([
    `metadata.annotations.${name}: Invalid value: "y": field is immutable`,
  ]);
  const moved = { ...valid, storageClassName: 'x' };
  expect(updateErrors(persistentVolumeClaim, old, annotated({}, moved))).toEqual([]);
});

const policies = (classes: readonly object[]) => (resource: string) =>
  resource.startsWith('storageclasses') ? (classes as never) : [];
const create = (spec: object, classes: readonly object[] = []) =>
  beforeCreate(persistentVolumeClaim, objectOf(persistentVolumeClaim, { spec }), {
    ...context,
    policies: policies(classes),
  }).object;

test('a new claim waits, is protected, and shows what it got', () => {
  const claim = create({ ...valid, volumeMode: undefined });
  expect(claim).toMatchObject({
    metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { volumeMode: 'Filesystem' },
    status: { phase: 'Pending' },
  });
  const status = { ...bound, accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] };
  const spec = { ...valid, volumeName: 'v', storageClassName: 'fast' };
  expect(cellsOf(persistentVolumeClaim, { ...claim, spec, status }, context.now)).toEqual({
    Name: 'a',
    Status: 'Bound',
    Volume: 'v',
    Capacity: '1Gi',
    'Access Modes': 'RWO,ROX',
    StorageClass: 'fast',
    VolumeAttributesClass: '<unset>',
    Age: '0s',
    'VolumeMode*': 'Filesystem',
  });
});

test.each<readonly [string, object, string | undefined]>([
  ['gets the default class', {}, 'berth-local'],
  ['keeps its own', { storageClassName: 'own' }, 'own'],
  ['keeps none if it wants none', { storageClassName: '' }, ''],
])('a claim %s', (_name, spec, expected) => {
  expect(create({ ...valid, ...spec }, [localStorageClass])).toHaveProperty(
    'spec.storageClassName',
    expected,
  );
});

test('where content comes from stands in the old field and the new one', () => {
  const source = { kind: 'PersistentVolumeClaim', name: 'other' };
  const both = { dataSource: source, dataSourceRef: source };
  expect(create({ ...valid, dataSource: source })).toMatchObject({ spec: both });
  expect(create({ ...valid, dataSourceRef: source })).toMatchObject({ spec: both });
});

test.each<readonly [string, object, string | undefined]>([
  ['that allows it', { allowVolumeExpansion: true }, undefined],
  [
    'that does not',
    { allowVolumeExpansion: false },
    'persistentvolumeclaims "a" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  ],
])('a claim of a class %s grows or does not', (_name, members, message) => {
  const at = (amount: string) =>
    objectOf(persistentVolumeClaim, {
      spec: { ...valid, ...storage(amount), storageClassName: 'berth-local' },
    });
  const admit = () =>
    requireUpdateAdmitted(
      persistentVolumeClaim,
      { next: at('2Gi'), current: at('1Gi') },
      { policies: policies([{ ...localStorageClass, ...members }]) },
    );
  if (message === undefined) expect(admit).not.toThrow();
  else expect(admit).toThrow(message);
});

test('a status has amounts that are none below zero', () => {
  const next = objectOf(persistentVolumeClaim, { spec: valid, status: { capacity: { storage: '-1' } } });
  const errors = persistentVolumeClaim.strategy.status?.validateUpdate(next, next);
  expect(errors?.map(({ field, detail }) => `${field}: ${detail}`)).toEqual([
    'status.capacity[storage]: must be a valid resource quantity',
  ]);
});

test('bytes that end within a byte are warned of', () => {
  const object = objectOf(persistentVolumeClaim, { spec: { ...valid, ...storage('1500m') } });
  expect(persistentVolumeClaim.strategy.warnings?.(object)).toEqual([
    'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
  ]);
});
