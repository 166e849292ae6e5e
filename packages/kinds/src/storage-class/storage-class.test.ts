import { expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { defaultClassOf } from './default-class.ts';
import { localStorageClass } from './local-class.ts';
import { storageClass } from './storage-class.ts';

const valid = { provisioner: 'example.com/disks', volumeBindingMode: 'Immediate', reclaimPolicy: 'Delete' };
const topology = (...matchLabelExpressions: object[]) => ({ allowedTopologies: [{ matchLabelExpressions }] });

test.each<readonly [Record<string, unknown>, string[]]>([
  [{}, []],
  [{ provisioner: '' }, ['provisioner: Required value']],
  [
    { provisioner: 'a b' },
    [
      "provisioner: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ],
  [
    { reclaimPolicy: 'Recycle' },
    ['reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
  ],
  [{ volumeBindingMode: undefined }, ['volumeBindingMode: Required value']],
  [
    { volumeBindingMode: 'Later' },
    ['volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"'],
  ],
  [{ parameters: { '': 'x' } }, ['parameters: Invalid value: "": field can not be empty.']],
  [
    { parameters: { big: 'x'.repeat(256 * 1024) } },
    ['parameters: Too long: may not be more than 262144 bytes'],
  ],
  [topology({ key: 'zone', values: ['a'] }), []],
  [
    topology({ key: 'zone', values: [] }, { key: 'zone', values: ['a', 'a'] }),
    [
      'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
      'allowedTopologies[0].matchLabelExpressions[1].values[1]: Duplicate value: "a"',
      'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "zone"',
    ],
  ],
  [
    {
      allowedTopologies: [
        { matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] },
        { matchLabelExpressions: [{ key: 'zone', values: ['b', 'a'] }] },
      ],
    },
    ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
  ],
])('a class with %j is checked', (members, errors) => {
  expect(createErrors(storageClass, { ...valid, ...members })).toEqual(errors);
});

test.each<readonly [Record<string, unknown>, string[]]>([
  [{ allowVolumeExpansion: true, mountOptions: ['ro'] }, []],
  [{ parameters: { a: 'b' } }, ['parameters: Forbidden: updates to parameters are forbidden.']],
  [{ provisioner: 'other' }, ['provisioner: Forbidden: updates to provisioner are forbidden.']],
  [{ reclaimPolicy: 'Retain' }, ['reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.']],
  [
    { volumeBindingMode: 'WaitForFirstConsumer' },
    ['volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable'],
  ],
])('an update to %j is checked', (members, errors) => {
  expect(updateErrors(storageClass, valid, { ...valid, ...members })).toEqual(errors);
});

test('a class is shown with its defaults, and says that it is the default one', () => {
  const metadata = { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
  const { object } = beforeCreate(
    storageClass,
    objectOf(storageClass, { metadata, provisioner: 'x' }),
    context,
  );
  expect(object).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
  expect(cellsOf(storageClass, object, context.now)).toEqual({
    Name: 'fast (default)',
    Provisioner: 'x',
    ReclaimPolicy: 'Delete',
    VolumeBindingMode: 'Immediate',
    AllowVolumeExpansion: false,
    Age: '0s',
  });
});

test('labels that have newer names are warned of', () => {
  const object = objectOf(storageClass, {
    ...valid,
    ...topology({ key: 'failure-domain.beta.kubernetes.io/zone', values: ['a'] }),
  });
  expect(storageClass.strategy.warnings?.(object)).toEqual([
    'allowedTopologies[0].matchLabelExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  ]);
});

test('of several default classes the newest counts, then the first by name; what every cluster has is the oldest', () => {
  const named = (name: string, creationTimestamp: string, isDefault = 'true') =>
    objectOf(storageClass, {
      ...valid,
      metadata: {
        name,
        creationTimestamp,
        annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault },
      },
    });
  const [old, newer] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
  const nameOf = (...classes: ReturnType<typeof named>[]) => defaultClassOf(classes)?.metadata.name;
  expect(nameOf(named('a', old), named('c', newer), named('b', newer))).toBe('b');
  expect(nameOf(localStorageClass, named('a', old))).toBe('a');
  expect(nameOf(localStorageClass, named('a', old, 'false'))).toBe('berth-local');
  expect(nameOf(named('a', old, 'false'))).toBeUndefined();
});
