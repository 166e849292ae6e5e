import { expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { persistentVolume } from './persistent-volume.ts';

const valid = {
  capacity: { storage: '1Gi' },
  accessModes: ['ReadWriteOnce'],
  volumeMode: 'Filesystem',
  hostPath: { path: '/data', type: '' },
};
const { hostPath: _hostPath, ...elsewhere } = valid;
const onNode = {
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] },
};
const csi = { driver: 'd.example.com', volumeHandle: 'h' };

test.each<readonly [Record<string, unknown>, string[]]>([
  [valid, []],
  [{ ...valid, accessModes: [] }, ['spec.accessModes: Required value']],
  [
    { ...valid, accessModes: ['Some', 'ReadWriteOncePod', 'ReadWriteOnce'] },
    [
      'spec.accessModes: Unsupported value: "Some": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    ],
  ],
  [
    { ...valid, capacity: {} },
    ['spec.capacity: Required value', 'spec.capacity: Unsupported value: {}: supported values: "storage"'],
  ],
  [
    { ...valid, capacity: { storage: '0' } },
    ['spec.capacity[storage]: Invalid value: "0": must be greater than zero'],
  ],
  [
    { ...valid, persistentVolumeReclaimPolicy: 'Keep' },
    [
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Recycle", "Retain"',
    ],
  ],
  [
    { ...valid, hostPath: { path: '//' }, persistentVolumeReclaimPolicy: 'Recycle' },
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [elsewhere, ['spec: Required value: must specify a volume type']],
  [{ ...valid, csi }, ['spec.csi: Forbidden: may not specify more than 1 volume type']],
  [
    { ...valid, cephfs: { monitors: ['m'] } },
    ['spec.cephFS: Forbidden: may not specify more than 1 volume type'],
  ],
  [{ ...elsewhere, local: { path: '/disk' }, nodeAffinity: onNode }, []],
  [
    { ...elsewhere, local: { path: '/disk' } },
    ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
  ],
  [
    { ...elsewhere, local: { path: '../disk' }, nodeAffinity: onNode },
    ['spec.local.path: Invalid value: "../disk": must not contain \'..\''],
  ],
  [
    { ...valid, nodeAffinity: {} },
    ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
  ],
  [
    { ...valid, nodeAffinity: { required: { nodeSelectorTerms: [] } } },
    [
      'spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
  ],
  [
    { ...elsewhere, nfs: { server: '', path: 'x' } },
    ['spec.nfs.server: Required value', 'spec.nfs.path: Invalid value: "x": must be an absolute path'],
  ],
  [{ ...elsewhere, gcePersistentDisk: { pdName: '' } }, ['spec.persistentDisk.pdName: Required value']],
  [
    { ...elsewhere, csi: { driver: '', volumeHandle: '', nodePublishSecretRef: { name: 'n' } } },
    [
      'spec.csi.driver: Required value',
      'spec.csi.volumeHandle: Required value',
      'spec.csi.nodePublishSecretRef.namespace: Required value',
    ],
  ],
  [
    { ...elsewhere, glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } },
    [
      'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name',
    ],
  ],
  [
    { ...elsewhere, azureFile: { secretName: 's', shareName: 's', secretNamespace: '' } },
    ['spec.azureFile.secretNamespace: Required value'],
  ],
  [
    { ...valid, volumeAttributesClassName: 'gold' },
    ['spec.csi: Required value: has to be specified when using volumeAttributesClassName'],
  ],
  [
    { ...valid, volumeMode: 'Tape' },
    ['spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"'],
  ],
])('a volume with %j is checked', (spec, errors) => {
  expect(createErrors(persistentVolume, { spec })).toEqual(errors);
});

test.each<readonly [string, object, object, string[]]>([
  [
    'capacity, policy and claim',
    valid,
    { ...valid, capacity: { storage: '2Gi' }, claimRef: { name: 'c' } },
    [],
  ],
  [
    'its place',
    valid,
    { ...valid, hostPath: { path: '/other', type: '' } },
    [
      [
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
        '--- ',
        '+++ ',
        '@@ -1,6 +1,6 @@',
        ' {',
        '  "hostPath": {',
        '-  "path": "/data",',
        '+  "path": "/other",',
        '   "type": ""',
        '  }',
        ' }',
        '',
      ].join('\n'),
    ],
  ],
  [
    'the secret to expand it by, once',
    { ...elsewhere, csi },
    { ...elsewhere, csi: { ...csi, controllerExpandSecretRef: { name: 's', namespace: 'n' } } },
    [],
  ],
  [
    'its mode',
    valid,
    { ...valid, volumeMode: 'Block' },
    ['volumeMode: Invalid value: "Block": field is immutable'],
  ],
  ['the nodes that see it, once', valid, { ...valid, nodeAffinity: onNode }, []],
  [
    'none of its nodes',
    { ...valid, nodeAffinity: onNode },
    valid,
    ['nodeAffinity: Invalid value: null: field is immutable'],
  ],
])('an update changes %s', (...[, current, next, errors]) => {
  expect(updateErrors(persistentVolume, { spec: current }, { spec: next })).toEqual(errors);
});

test('labels of its nodes may get the names that they have now', () => {
  const labelled = (key: string) => ({
    ...valid,
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: ['a'] }] }] },
    },
  });
  const old = { spec: labelled('failure-domain.beta.kubernetes.io/zone') };
  const next = { spec: labelled('topology.kubernetes.io/zone') };
  expect(updateErrors(persistentVolume, old, next)).toEqual([]);
  expect(updateErrors(persistentVolume, next, old)).toHaveLength(1);
});

test('a new volume waits, is protected, and shows its claim', () => {
  const spec = { ...valid, storageClassName: 'slow', claimRef: { namespace: 'ns', name: 'mine' } };
  const wanted = objectOf(persistentVolume, {
    spec: { ...spec, volumeMode: undefined },
    status: { phase: 'Bound' },
  });
  const { object } = beforeCreate(persistentVolume, wanted, context);
  expect(object).toMatchObject({
    metadata: { finalizers: ['kubernetes.io/pv-protection'] },
    spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
    status: { phase: 'Pending', lastPhaseTransitionTime: object.metadata.creationTimestamp },
  });
  expect(cellsOf(persistentVolume, object, context.now)).toEqual({
    Name: 'a',
    Capacity: '1Gi',
    'Access Modes': 'RWO',
    'Reclaim Policy': 'Retain',
    Status: 'Pending',
    Claim: 'ns/mine',
    StorageClass: 'slow',
    VolumeAttributesClass: '<unset>',
    Reason: '',
    Age: '0s',
    'VolumeMode*': 'Filesystem',
  });
});

test('a status update changes the status alone', () => {
  const current = objectOf(persistentVolume, { spec: valid, status: { phase: 'Pending' } });
  const wanted = { ...current, spec: { ...valid, capacity: { storage: '2Gi' } }, status: { phase: 'Bound' } };
  const next = persistentVolume.strategy.status?.prepareForUpdate(wanted, current);
  expect(next).toMatchObject({ spec: valid, status: { phase: 'Bound' } });
});

test('what is on its way out is warned of', () => {
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'x' };
  const spec = {
    ...elsewhere,
    rbd: { monitors: ['m'], image: 'i' },
    persistentVolumeReclaimPolicy: 'Recycle',
  };
  const object = objectOf(persistentVolume, { metadata: { name: 'a', annotations }, spec });
  expect(persistentVolume.strategy.warnings?.(object)).toEqual([
    'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
  ]);
});
