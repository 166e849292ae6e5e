import type { ObjectMeta } from '@berth/machinery';
import { expect, test } from 'vitest';
import type { PersistentVolumeClaim } from '../generated/api-types.ts';
import { persistentVolumeClaimUsage } from './persistent-volume-claim-usage.ts';

type Members = Pick<PersistentVolumeClaim, 'spec' | 'status'> & { readonly metadata?: Partial<ObjectMeta> };

const of = (requested: string) => ({ resources: { requests: { storage: requested } } });

test.each<[string, Members, { tags: string[]; amounts: Record<string, string> }]>([
  ['its storage', { spec: of('1Gi') }, { tags: ['Claim'], amounts: { 'requests.storage': '1Gi' } }],
  [
    'its storage by class',
    { spec: { ...of('1Gi'), storageClassName: 'fast' } },
    {
      tags: ['Claim'],
      amounts: {
        'requests.storage': '1Gi',
        'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
      },
    },
  ],
  [
    'the class of its annotation',
    {
      metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' } },
      spec: { storageClassName: 'new' },
    },
    { tags: ['Claim'], amounts: { 'old.storageclass.storage.k8s.io/persistentvolumeclaims': '1' } },
  ],
  ['whole bytes', { spec: of('1500m') }, { tags: ['Claim'], amounts: { 'requests.storage': '2' } }],
  [
    'what is allocated, where that is more',
    { spec: of('1Gi'), status: { allocatedResources: { storage: '2Gi' } } },
    { tags: ['Claim'], amounts: { 'requests.storage': '2Gi' } },
  ],
  [
    'the attributes classes that it wants and has',
    {
      spec: { volumeAttributesClassName: 'gold' },
      status: {
        currentVolumeAttributesClassName: 'silver',
        modifyVolumeStatus: { targetVolumeAttributesClassName: 'gold', status: 'Pending' },
      },
    },
    {
      tags: ['Claim', 'VolumeAttributesClass', 'VolumeAttributesClass=gold', 'VolumeAttributesClass=silver'],
      amounts: {},
    },
  ],
])('a claim uses %s', (_name, { metadata, ...members }, usage) => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'default', ...metadata },
    ...members,
  };
  expect(persistentVolumeClaimUsage(claim)).toEqual(usage);
});
