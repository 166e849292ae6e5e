import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import {
  claim,
  claimOf,
  claimSpec,
  stateOfClaim,
  stateOfVolume,
  volume,
  volumeOf,
} from '../testing/volume-scenario.ts';

type VolumeSpec = NonNullable<PersistentVolume['spec']>;
type ClaimSpec = NonNullable<PersistentVolumeClaim['spec']>;

const sized = (storage: string, spec: VolumeSpec = {}): VolumeSpec => ({ capacity: { storage }, ...spec });
const staticClass = { storageClassName: 'static' };
const wants = (storage: string, spec: ClaimSpec = {}): ClaimSpec =>
  claimSpec(storage, { ...staticClass, ...spec });

describe('a claim', () => {
  it.each<readonly [string, Record<string, VolumeSpec>, ClaimSpec, string]>([
    [
      'takes the smallest that is large enough',
      { s: sized('1Gi'), m: sized('5Gi'), l: sized('9Gi') },
      wants('2Gi'),
      'Bound m',
    ],
    ['takes exactly what it asks for', { s: sized('1Gi'), m: sized('5Gi') }, wants('5Gi'), 'Bound m'],
    ['of equal ones takes the first by name', { b: sized('1Gi'), a: sized('1Gi') }, wants('1Gi'), 'Bound a'],
    ['takes none that is too small', { s: sized('1Gi') }, wants('2Gi'), 'Pending'],
    ['takes none of another class', { v: { storageClassName: 'other' } }, wants('1Gi'), 'Pending'],
    [
      'that wants no class takes one without',
      { a: {}, b: { storageClassName: '' } },
      claimSpec('1Gi', { storageClassName: '' }),
      'Bound b',
    ],
    [
      'takes none that lacks an access mode',
      { v: {} },
      wants('1Gi', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] }),
      'Pending',
    ],
    [
      'takes one with few further access modes before a smaller one with many',
      {
        many: sized('1Gi', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'] }),
        few: sized('5Gi', { accessModes: ['ReadWriteOnce'] }),
      },
      wants('1Gi'),
      'Bound few',
    ],
    ['takes none of another mode', { v: { volumeMode: 'Block' } }, wants('1Gi'), 'Pending'],
    [
      'that wants a device takes one',
      { f: {}, d: { volumeMode: 'Block' } },
      wants('1Gi', { volumeMode: 'Block' }),
      'Bound d',
    ],
    ['takes the one that it names', { a: {}, b: sized('9Gi') }, wants('1Gi', { volumeName: 'b' }), 'Bound b'],
    [
      'waits for one that it names and that is not there',
      { a: {} },
      wants('1Gi', { volumeName: 'b' }),
      'Pending b',
    ],
    [
      'waits for one that it names and that is too small',
      { a: {} },
      wants('2Gi', { volumeName: 'a' }),
      'Pending a',
    ],
    [
      'takes the one that is reserved for it before a better one',
      { a: sized('1Gi'), b: sized('9Gi', { claimRef: { namespace: 'default', name: 'c' } }) },
      wants('1Gi'),
      'Bound b',
    ],
    [
      'takes none that is reserved for another',
      { b: { claimRef: { namespace: 'default', name: 'other' } } },
      wants('1Gi'),
      'Pending',
    ],
    [
      'takes none that is reserved for a claim of its name that is no more',
      { b: { claimRef: { namespace: 'default', name: 'c', uid: 'former' } } },
      wants('1Gi'),
      'Pending',
    ],
    [
      'takes another one where the reserved one is too small',
      { a: sized('5Gi'), b: sized('1Gi', { claimRef: { namespace: 'default', name: 'c' } }) },
      wants('2Gi'),
      'Bound a',
    ],
  ])('%s', (...[, volumes, spec, expected]) => {
    for (const order of ['volumes first', 'claim first']) {
      const { cluster } = start();
      if (order === 'claim first') cluster.create(claimOf('c', spec));
      for (const [name, members] of Object.entries(volumes)) cluster.create(volumeOf(name, members));
      cluster.settle();
      if (order === 'volumes first') cluster.create(claimOf('c', spec));
      cluster.settle();
      const found = stateOfClaim(cluster, 'c');
      // Whoever comes first is taken where all fit: with the claim there, all volumes appear in one turn.
      expect([order, found]).toEqual([order, expected]);
      expect(cluster.errors).toEqual([]);
    }
  });

  it('takes one that its selector chooses', () => {
    const { cluster } = start();
    cluster.create(volumeOf('a'));
    const labelled = volumeOf('b', sized('9Gi'));
    cluster.create({ ...labelled, metadata: { ...labelled.metadata, labels: { tier: 'gold' } } });
    cluster.settle();
    cluster.create(claimOf('c', wants('1Gi', { selector: { matchLabels: { tier: 'gold' } } })));
    cluster.settle();
    expect(stateOfClaim(cluster, 'c')).toBe('Bound b');
  });

  it('that is bound shows what it has, and both sides say who tied them', () => {
    const { cluster } = start();
    cluster.create(volumeOf('v', sized('5Gi')));
    cluster.create(claimOf('c', wants('1Gi')));
    cluster.settle();
    expect(claim(cluster, 'c')).toMatchObject({
      metadata: {
        annotations: {
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
        },
      },
      status: { phase: 'Bound', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'] },
    });
    expect(volume(cluster, 'v')).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: {
        claimRef: {
          kind: 'PersistentVolumeClaim',
          namespace: 'default',
          name: 'c',
          uid: claim(cluster, 'c')?.metadata.uid,
        },
      },
      status: { phase: 'Bound' },
    });
    const revision = cluster.log.length;
    cluster.advance(600);
    expect(cluster.log.slice(revision)).toEqual([]);
  });

  it.each<readonly [string, () => PersistentVolumeClaim, string]>([
    [
      'without a class, and without a default one',
      () => claimOf('c', claimSpec('1Gi', { storageClassName: '' })),
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ],
    [
      'of a class that is not there',
      () => claimOf('c', claimSpec('1Gi', { storageClassName: 'nope' })),
      'ProvisioningFailed: storageclass.storage.k8s.io "nope" not found',
    ],
    [
      'that names a volume of another size',
      () => claimOf('c', wants('2Gi', { volumeName: 'v' })),
      'VolumeMismatch: Cannot bind to requested volume "v": requested PV is too small',
    ],
    [
      'that names a volume of another class',
      () => claimOf('c', claimSpec('1Gi', { volumeName: 'v', storageClassName: '' })),
      'VolumeMismatch: Cannot bind to requested volume "v": storageClassName does not match',
    ],
    [
      'that names a volume of another mode',
      () => claimOf('c', wants('1Gi', { volumeName: 'v', volumeMode: 'Block' })),
      'VolumeMismatch: Cannot bind to requested volume "v": incompatible volumeMode',
    ],
    [
      'that names a volume without its access mode',
      () => claimOf('c', wants('1Gi', { volumeName: 'v', accessModes: ['ReadWriteMany'] })),
      'VolumeMismatch: Cannot bind to requested volume "v": incompatible accessMode',
    ],
    [
      'that names a volume of another claim',
      () => claimOf('c', wants('1Gi', { volumeName: 'taken' })),
      'FailedBinding: volume "taken" already bound to a different claim.',
    ],
  ])('%s is told why it waits', (...[, make, expected]) => {
    const { cluster } = start();
    cluster.create(volumeOf('v'));
    cluster.create(volumeOf('taken', { claimRef: { namespace: 'default', name: 'other' } }));
    cluster.settle();
    cluster.create(make());
    cluster.settle();
    expect(cluster.events('c')).toEqual([expected]);
  });

  it('that named none is bound as soon as its class becomes the default one', () => {
    const { cluster } = start();
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'false' };
    const own = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'berth-local', annotations },
      provisioner: 'local.berth.dev',
    };
    cluster.create(own);
    cluster.create(volumeOf('v', { storageClassName: 'static' }));
    cluster.create(claimOf('c'));
    cluster.settle();
    expect(stateOfClaim(cluster, 'c')).toBe('Pending');
    const yes = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const fresh = { ...own, metadata: { name: 'static', annotations: yes }, provisioner: 'example.com/x' };
    cluster.create(fresh);
    cluster.settle();
    expect(claim(cluster, 'c')?.spec?.storageClassName).toBe('static');
    expect(stateOfClaim(cluster, 'c')).toBe('Bound v');
  });

  it.each<readonly [string, (cluster: ReturnType<typeof start>['cluster']) => void, string]>([
    [
      'has lost its volume',
      (cluster) => {
        const found = volume(cluster, 'v');
        if (!found) return;
        const { finalizers: _finalizers, ...metadata } = found.metadata;
        cluster.delete(found);
        cluster.update({ ...found, metadata });
      },
      'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    ],
    [
      'lost its volume to another claim',
      (cluster) => {
        const found = volume(cluster, 'v');
        const claimRef = { namespace: 'default', name: 'thief', uid: 'thief' };
        if (found) cluster.update({ ...found, spec: { ...found.spec, claimRef } });
      },
      'ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly',
    ],
  ])('that %s says so', (...[, lose, expected]) => {
    const { cluster } = start();
    cluster.create(volumeOf('v'));
    cluster.create(claimOf('c', wants('1Gi')));
    cluster.settle();
    lose(cluster);
    cluster.settle();
    expect(stateOfClaim(cluster, 'c')).toBe('Lost v');
    expect(cluster.events('c')).toEqual([expected]);
  });
});

describe('a volume', () => {
  it.each<readonly [string, VolumeSpec, string, string[]]>([
    ['is kept', {}, 'Released c', []],
    [
      'cannot be recycled',
      { persistentVolumeReclaimPolicy: 'Recycle' },
      'Failed c',
      ['VolumeFailedRecycle: No recycler plugin found for the volume!'],
    ],
    [
      'that nobody can delete',
      { persistentVolumeReclaimPolicy: 'Delete' },
      'Failed c',
      [
        'VolumeFailedDelete: error getting deleter volume plugin for volume "v": no deletable volume plugin matched',
      ],
    ],
  ])('%s when its claim is gone', (...[, spec, expected, events]) => {
    const { cluster } = start();
    cluster.create(volumeOf('v', spec));
    cluster.create(claimOf('c', wants('1Gi')));
    cluster.settle();
    const bound = claim(cluster, 'c');
    if (bound) cluster.delete(bound);
    cluster.settle();
    expect([stateOfClaim(cluster, 'c'), stateOfVolume(cluster, 'v')]).toEqual(['gone', expected]);
    expect(cluster.events('v')).toEqual(events);
  });

  it('that is given free by hand is there for the next claim', () => {
    const { cluster } = start();
    cluster.create(volumeOf('v'));
    cluster.create(claimOf('c', wants('1Gi')));
    cluster.settle();
    const bound = claim(cluster, 'c');
    if (bound) cluster.delete(bound);
    cluster.settle();
    cluster.create(claimOf('next', wants('1Gi')));
    cluster.settle();
    expect(stateOfClaim(cluster, 'next')).toBe('Pending');
    const released = volume(cluster, 'v');
    const { claimRef: _claim, ...spec } = released?.spec ?? {};
    if (released) cluster.update({ ...released, spec });
    cluster.settle();
    expect(stateOfClaim(cluster, 'next')).toBe('Bound v');
  });

  it('that is bound stays until its claim is gone', () => {
    const { cluster } = start();
    cluster.create(volumeOf('v'));
    cluster.create(claimOf('c', wants('1Gi')));
    cluster.settle();
    const bound = volume(cluster, 'v');
    if (bound) cluster.delete(bound);
    cluster.settle();
    expect(stateOfVolume(cluster, 'v')).toBe('Bound c');
    const its = claim(cluster, 'c');
    if (its) cluster.delete(its);
    cluster.settle();
    expect(stateOfVolume(cluster, 'v')).toBe('gone');
  });
});
